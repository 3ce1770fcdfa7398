import { statfs } from 'node:fs/promises'

/*
 * File systems whose files also change on other machines, or behind the kernel's back, so that its events do not tell of it.
 * Numbers of `struct statfs` (statfs(2) of Linux, and linux/magic.h).
 */
const silent = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB 2 and 3
  0x65735546, // FUSE: sshfs, rclone, mergerfs, virtiofs, the shared folders of Docker Desktop
  0x01021997, // 9p: WSL, virtual machines
  0x786f4256, // shared folders of VirtualBox
  0x5346414f, // AFS
  0x00c36400, // Ceph
  0x0bd00bd0, // Lustre
  0x01161970, // GFS2
  0x7461636f, // OCFS2
  0x564c, // NCP
])

/** Whether events tell of all that happens on the file system of a folder. On other systems than Linux they are taken to do so. */
export async function hasEvents(folder: Buffer): Promise<boolean> {
  if (process.platform !== 'linux') return true
  try {
    // Some kernels give the number with its sign.
    return !silent.has((await statfs(folder)).type >>> 0)
  } catch {
    return true
  }
}
