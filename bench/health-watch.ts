import { Agent, get } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'

/*
 * Asks for /health every so many milliseconds, whether or not the answer before has come, and tells how long each took (ms). A
 * thread of its own, so that what else the measuring does is not counted.
 */

const { url, interval } = workerData as { url: string; interval: number }
const agent = new Agent({ keepAlive: true, maxSockets: 64 })
const times: number[] = []
let failures = 0

function ask(): void {
  const started = performance.now()
  const request = get(url, { agent }, reply => {
    reply.resume()
    reply.once('end', () => {
      if (reply.statusCode === 200) times.push(performance.now() - started)
      else failures++
    })
  })
  request.once('error', () => failures++)
}

const timer = setInterval(ask, interval)
parentPort?.once('message', () => {
  clearInterval(timer)
  // What is still under way counts, too.
  setTimeout(() => {
    parentPort?.postMessage({ times, failures })
    agent.destroy()
  }, 500)
})
