#!/usr/bin/python3
"""20 HTTP clients, each posting as fast as it can to PORT, until standard input is closed:

    posters.py PORT

Prints how many posts each has made; ends with 1 if one of them was not answered 200. A program of
its own, so that its threads take nothing from the test that watches.
"""
import os
import sys
import threading

from clients import RECORD, Http


def post(port, n, stop, counts):
    http = Http(port).keep()
    while not stop.is_set():
        soc = 20 + (n * 37 + counts[n]) % 600 / 10
        if http.post({**RECORD, 'Soc': soc}).status != 200:
            return
        counts[n] += 1
        if counts[n] == 1:
            os.write(1, b'posting\n')


def main():
    stop, counts = threading.Event(), [0] * 20
    threads = [threading.Thread(target=post, args=(int(sys.argv[1]), n, stop, counts))
               for n in range(len(counts))]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    alive = [thread.is_alive() for thread in threads]
    stop.set()
    for thread in threads:
        thread.join()
    print(counts)
    sys.exit(not all(alive))


if __name__ == '__main__':
    main()
