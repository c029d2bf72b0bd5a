// A way to a server that takes its time, SYN and all: a tun device in a network namespace of its own, whose packets come back after a delay
// with source and destination changed over. To 10.77.0.1 a server on 10.77.0.1:P is at 10.77.0.2:P, one delay away in each direction.
// The TCP checksum does not notice: it adds the two addresses up, in whatever order.
import { execFileSync } from 'node:child_process';
import { createReadStream, openSync, write } from 'node:fs';
import koffi from 'koffi';
import { holdBack } from './hold-back.mjs';

const later = holdBack(Number(process.argv[2]));
const TUNSETIFF = 0x400454ca;
const IFF_TUN_NO_PI = 0x1001;

const ioctl = koffi.load('libc.so.6').func('int ioctl(int fd, unsigned long request, void *argument)');
const tun = openSync('/dev/net/tun', 'r+');
const request = Buffer.alloc(40);
request.write('slow0');
request.writeUInt16LE(IFF_TUN_NO_PI, 16);
if (ioctl(tun, TUNSETIFF, request) < 0) throw new Error('no tun device is to be had here');
const ip = (...args) => execFileSync('ip', args);
ip('link', 'set', 'lo', 'up');
ip('address', 'add', '10.77.0.1/24', 'dev', 'slow0');
ip('link', 'set', 'slow0', 'up');

createReadStream('', { fd: tun, highWaterMark: 65_536 }).on('data', (packet) => {
  if (packet[0] >> 4 !== 4) return;
  const [source, destination] = [Buffer.from(packet.subarray(12, 16)), Buffer.from(packet.subarray(16, 20))];
  destination.copy(packet, 12);
  source.copy(packet, 16);
  later(() => write(tun, packet, () => undefined));
});
process.stdout.write('ready\n');
