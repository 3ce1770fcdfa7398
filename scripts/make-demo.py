#!/usr/bin/python3
"""Makes demo/ anew: the small library that is served where MUSIC_DIR is not set.

Needs Debian's packages lame, flac, ffmpeg and python3-mutagen. Artists, music and covers are made up here; the same
versions of the encoders give the same bytes again. Run it from anywhere; it replaces demo/ as a whole.

The library is meant to be mended. What is wrong with it, album by album:
  Tin Orchard / Paper Weather              no album artist; an artist misspelt; a comment of junk
  Vesper Lindqvale / Harbour Lights        three artists in one value; the number 3 twice and no 4; no total
  Mossgrove Trio / Lanterns                titles in lower case; no cover
  Various Artists / Small Hours            MP3 and FLAC; a year missing; an album artist misspelt
  Otto Farrow / Sketches                   a file without any tag, one with ID3v1 only, an Ogg and an M4A
  硝子の灯台 / 夜の図書館                     nothing: how it should be
"""

import math
import os
import shutil
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

from mutagen.id3 import APIC, COMM, ID3, TALB, TCMP, TCON, TDRC, TIT2, TPE1, TPE2, TRCK

DEMO = Path(__file__).resolve().parent.parent / "demo"
RATE = 44100
SECONDS = 1.6
COVER_SIZE = 480

# --- music: a chord, plucked note by note, of a few decaying harmonics -----------------------------------------------

MINOR, MAJOR, PENTATONIC = [0, 3, 7, 10, 14], [0, 4, 7, 11, 14], [0, 2, 5, 7, 9]


def melody(root, scale, track, harmonics):
    """One second and a half of 16-bit mono samples. `root` is a MIDI note; the track number turns the chord."""
    count = int(RATE * SECONDS)
    samples = [0.0] * count
    notes = [root + scale[(track + i) % len(scale)] + (12 if (track + i) % 4 == 3 else 0) for i in range(5)]
    for i, note in enumerate(notes):
        frequency = 440 * 2 ** ((note - 69) / 12)
        start = int(i * 0.2 * RATE)
        for n in range(start, count):
            t = (n - start) / RATE
            envelope = min(1, t / 0.008) * math.exp(-t * 3.2)
            samples[n] += envelope * sum(
                level * math.sin(2 * math.pi * frequency * (k + 1) * t) for k, level in enumerate(harmonics)
            )
    fade = int(0.25 * RATE)
    for n in range(fade):
        samples[count - 1 - n] *= n / fade
    peak = max(map(abs, samples))
    return struct.pack(f"<{count}h", *(int(s / peak * 18000) for s in samples))


def wav(samples):
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", 16, 1, 1,
                       RATE, RATE * 2, 2, 16, b"data", len(samples))
    return head + samples


# --- covers: a disc above waves, in four colours ---------------------------------------------------------------------


def cover(sky, disc, waves, at, radius):
    """Rows of RGB pixels. Colours are (r, g, b); `at` and `radius` are fractions of the side."""
    rows = []
    for y in range(COVER_SIZE):
        row = bytearray()
        v = y / COVER_SIZE
        for x in range(COVER_SIZE):
            u = x / COVER_SIZE
            colour = [top + (bottom - top) * round(v * 12) / 12 for top, bottom in zip(*sky)]
            edge = (radius - math.hypot(u - at[0], v - at[1])) * COVER_SIZE
            colour = mix(colour, disc, edge)
            for i, wave in enumerate(waves):
                crest = 0.6 + i * 0.13 + 0.045 * math.sin(u * (5 + i * 1.7) + i * 2.1)
                colour = mix(colour, wave, (v - crest) * COVER_SIZE)
            row += bytes(round(c) for c in colour)
        rows.append(bytes(row))
    return rows


def mix(below, above, distance):
    """`above` where the distance in pixels into its shape is positive, smooth over one pixel at its edge."""
    share = min(1.0, max(0.0, distance + 0.5))
    return [b + (a - b) * share for b, a in zip(below, above)]


def png(rows):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    header = struct.pack(">IIBBBBB", COVER_SIZE, COVER_SIZE, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg(rows):
    return run(["ffmpeg", "-v", "error", "-f", "png_pipe", "-i", "-", "-bitexact", "-q:v", "4", "-f", "mjpeg", "-"], png(rows))


# --- files -----------------------------------------------------------------------------------------------------------


def run(command, data):
    # flac reads its tags in the locale's encoding
    locale = {**os.environ, "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True, env=locale).stdout


def make_mp3(path, sound, tags=None, version=4, picture=None, comment=None, v1=False):
    path.parent.mkdir(parents=True, exist_ok=True)
    run(["lame", "--quiet", "-m", "m", "-b", "64", "-", path], sound)
    if tags is None:
        return
    frames = {"title": TIT2, "artist": TPE1, "albumartist": TPE2, "album": TALB, "date": TDRC, "genre": TCON,
              "tracknumber": TRCK, "compilation": TCMP}
    encoding = 3 if version == 4 else 1
    id3 = ID3()
    for name, values in tags.items():
        id3.add(frames[name](encoding=encoding, text=values))
    if comment:
        id3.add(COMM(encoding=0, lang="eng", desc="", text=comment))
    if picture:
        id3.add(APIC(encoding=0, mime="image/jpeg", type=3, desc="", data=picture))
    if version == 3:
        id3.update_to_v23()
    id3.save(path, v1=2 if v1 else 0, v2_version=version, padding=lambda info: 1024)


def make_flac(path, sound, tags, picture=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    options = [f"--tag={name.upper()}={value}" for name, values in tags.items() for value in values]
    with tempfile.NamedTemporaryFile() as image:
        if picture:
            image.write(picture)
            image.flush()
            options.append(f"--picture=3||||{image.name}")
        run(["flac", "--silent", "--best", "--padding=2048", *options, "-o", path, "-"], sound)


def make_other(path, sound, encoder, tags):
    path.parent.mkdir(parents=True, exist_ok=True)
    options = [part for name, value in tags.items() for part in ("-metadata", f"{name}={value}")]
    # an MP4 needs a file that it can seek in
    run(["ffmpeg", "-v", "error", "-f", "wav", "-i", "-", "-t", "1", "-bitexact", *encoder, *options, path], sound)


def id3v1(title, artist, album, year, track, genre):
    text = [part.encode("latin-1") for part in (title, artist, album, year)]
    return struct.pack("<3s30s30s30s4s28sBBB", b"TAG", *text, b"", 0, track, genre)


# --- albums ----------------------------------------------------------------------------------------------------------


def paper_weather():
    picture = jpeg(cover(((246, 214, 170), (240, 150, 110)), (250, 244, 225),
                         [(214, 96, 77), (153, 62, 84), (80, 40, 78)], (0.66, 0.36), 0.17))
    titles = ["Paper Weather", "Slow Bicycle", "The Orchard at Six", "Tin Roof, Tin Sky", "Letters to the Rain"]
    for number, title in enumerate(titles, 1):
        tags = {
            "title": [title],
            "artist": ["Tin Orchad" if number == 3 else "Tin Orchard"],
            "album": ["Paper Weather"],
            "date": ["2019"],
            "genre": ["Indie Folk"],
            "tracknumber": [f"{number}/{len(titles)}"],
        }
        junk = "~~ ripped with SuperGrabber 2000 (unregistered) ~~ visit www.supergrabber.invalid !!" if number == 1 else None
        make_mp3(DEMO / f"Tin Orchard/Paper Weather/{number:02} - {title}.mp3",
                 wav(melody(57, MAJOR, number, [1, 0.45, 0.2, 0.1])), tags, 3, picture, junk)


def harbour_lights():
    picture = png(cover(((24, 38, 66), (52, 92, 128)), (255, 214, 120),
                        [(30, 74, 104), (20, 52, 82), (10, 28, 52)], (0.32, 0.3), 0.11))
    titles = ["Harbour Lights", "Salt & Copper", "Undertow", "Two Lanterns", "Ferry Song"]
    for position, title in enumerate(titles, 1):
        guests = " feat. Otto Farrow; Mila Brandt" if title == "Two Lanterns" else ""
        tags = {
            "title": [title],
            "artist": [f"Vesper Lindqvale{guests}"],
            "albumartist": ["Vesper Lindqvale"],
            "album": ["Harbour Lights"],
            "date": ["2021-10-08"],
            "genre": ["Dream Pop"],
            "tracknumber": [str(3 if position == 4 else position)],
        }
        make_flac(DEMO / f"Vesper Lindqvale/Harbour Lights/{position:02} {title}.flac",
                  wav(melody(52, MINOR, position, [1, 0.2, 0.3])), tags, picture)


def lanterns():
    titles = ["blue lantern", "walking the dyke", "a waltz for no one", "last tram"]
    for number, title in enumerate(titles, 1):
        tags = {
            "title": [title],
            "artist": ["Mossgrove Trio"],
            "albumartist": ["Mossgrove Trio"],
            "album": ["Lanterns"],
            "date": ["1998"],
            "genre": ["Jazz"],
            "tracknumber": [str(number)],
        }
        make_mp3(DEMO / f"Mossgrove Trio/Lanterns/{number:02} - {title}.mp3",
                 wav(melody(50, PENTATONIC, number, [1, 0.6, 0.05, 0.15])), tags, v1=number == 4)


def small_hours():
    rows = cover(((226, 232, 222), (170, 200, 190)), (236, 110, 90),
                 [(110, 160, 150), (70, 120, 120), (40, 80, 90)], (0.5, 0.42), 0.2)
    picture = jpeg(rows)
    tracks = [("Kettle", "Tin Orchard", "mp3"), ("Night Bus", "Mila Brandt", "flac"),
              ("Static Garden", "Vesper Lindqvale", "mp3"), ("Half Past", "Otto Farrow", "flac")]
    for number, (title, artist, kind) in enumerate(tracks, 1):
        tags = {
            "title": [title],
            "artist": [artist],
            "albumartist": ["Varous Artists" if number == 2 else "Various Artists"],
            "album": ["Small Hours"],
            **({} if number == 3 else {"date": ["2023"]}),
            "genre": ["Electronic", "Ambient"],
            "tracknumber": [f"{number}/4" if kind == "mp3" else str(number)],
            "compilation": ["1"],
        }
        path = DEMO / f"Various Artists/Small Hours/{number:02} {artist} - {title}.{kind}"
        sound = wav(melody(60, PENTATONIC, number * 2, [1, 0.1, 0.05, 0.02, 0.1]))
        if kind == "mp3":
            make_mp3(path, sound, tags, 4, picture)
        else:
            make_flac(path, sound, {**tags, "tracktotal": ["4"]}, picture)


def sketches():
    folder = DEMO / "Otto Farrow/Sketches"
    make_mp3(folder / "07 - Untitled Sketch.mp3", wav(melody(55, MINOR, 7, [1, 0.5, 0.25])))
    window = folder / "03 - Window Seat.mp3"
    make_mp3(window, wav(melody(55, MAJOR, 3, [1, 0.5, 0.25])))
    window.write_bytes(window.read_bytes() + id3v1("Window Seat", "Otto Farrow", "Sketches", "2016", 3, 26))
    tags = {"title": "Kitchen Tape", "artist": "Otto Farrow", "album": "Sketches", "track": "1"}
    make_other(folder / "01 - Kitchen Tape.ogg", wav(melody(55, MAJOR, 1, [1, 0.3])), ["-c:a", "libvorbis", "-q:a", "1"], tags)
    tags = {"title": "Voice Memo", "artist": "Otto Farrow", "album": "Sketches", "track": "2"}
    make_other(folder / "02 - Voice Memo.m4a", wav(melody(55, MINOR, 2, [1, 0.3])), ["-c:a", "aac", "-b:a", "64k"], tags)


def night_library():
    picture = jpeg(cover(((58, 44, 92), (120, 84, 140)), (240, 236, 250),
                         [(92, 72, 130), (60, 48, 98), (34, 28, 62)], (0.74, 0.24), 0.09))
    titles = ["夜の図書館", "硝子の階段", "灯りの数え方", "白い頁"]
    for number, title in enumerate(titles, 1):
        tags = {
            "title": [title],
            "artist": ["硝子の灯台"],
            "artistsort": ["Garasu no Tōdai"],
            "albumartist": ["硝子の灯台"],
            "album": ["夜の図書館"],
            "date": ["2022-02-14"],
            "genre": ["Ambient", "Modern Classical"],
            "tracknumber": [str(number)],
            "tracktotal": [str(len(titles))],
        }
        make_flac(DEMO / f"硝子の灯台/夜の図書館/{number:02} {title}.flac",
                  wav(melody(64, PENTATONIC, number, [1, 0.05, 0.2])), tags, picture)


def main():
    shutil.rmtree(DEMO, ignore_errors=True)
    for album in (paper_weather, harbour_lights, lanterns, small_hours, sketches, night_library):
        album()
    files = [path for path in DEMO.rglob("*") if path.is_file()]
    print(f"{len(files)} files, {sum(path.stat().st_size for path in files)} bytes")


main()
