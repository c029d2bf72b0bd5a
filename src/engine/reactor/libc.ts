import { openLibrary, type NativeFunction } from '../ffi.ts';

/** The C library's calls that a reactor makes. Each returns -1 on failure and leaves the reason in errno. */
export interface Libc {
  readonly socket: NativeFunction;
  readonly bind: NativeFunction;
  readonly connect: NativeFunction;
  readonly setsockopt: NativeFunction;
  readonly send: NativeFunction;
  readonly recv: NativeFunction;
  readonly recvmsg: NativeFunction;
  readonly getsockopt: NativeFunction;
  readonly close: NativeFunction;
  readonly epollCreate: NativeFunction;
  readonly epollCtl: NativeFunction;
  readonly epollWait: NativeFunction;
  readonly clockGettime: NativeFunction;
  readonly timerCreate: NativeFunction;
  readonly timerSet: NativeFunction;
}

/** @throws ResumarkError ENGINE where the platform has no such library: the reactor is for Linux. */
export const openLibc = (): Libc => {
  const library = openLibrary('libc.so.6');
  return {
    socket: library.bind('int socket(int domain, int type, int protocol)'),
    bind: library.bind('int bind(int fd, uintptr_t address, uint32_t length)'),
    connect: library.bind('int connect(int fd, uintptr_t address, uint32_t length)'),
    setsockopt: library.bind('int setsockopt(int fd, int level, int name, uintptr_t value, uint32_t length)'),
    send: library.bind('intptr_t send(int fd, uintptr_t bytes, size_t length, int flags)'),
    recv: library.bind('intptr_t recv(int fd, uintptr_t bytes, size_t length, int flags)'),
    recvmsg: library.bind('intptr_t recvmsg(int fd, uintptr_t message, int flags)'),
    getsockopt: library.bind('int getsockopt(int fd, int level, int name, uintptr_t value, uintptr_t length)'),
    close: library.bind('int close(int fd)'),
    epollCreate: library.bind('int epoll_create1(int flags)'),
    epollCtl: library.bind('int epoll_ctl(int epoll, int operation, int fd, uintptr_t event)'),
    epollWait: library.bind('int epoll_wait(int epoll, uintptr_t events, int most, int timeoutMs)'),
    clockGettime: library.bind('int clock_gettime(int clock, uintptr_t time)'),
    timerCreate: library.bind('int timerfd_create(int clock, int flags)'),
    timerSet: library.bind('int timerfd_settime(int timer, int flags, uintptr_t value, uintptr_t old)'),
  };
};

/** Linux's numbers, the same on x64 and arm64. */
export const AF_UNSPEC = 0;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_STREAM_NONBLOCKING = 0o2004001;
export const IPPROTO_IP = 0;
export const IP_BIND_ADDRESS_NO_PORT = 24;
export const IPPROTO_TCP = 6;
export const TCP_NODELAY = 1;
export const TCP_INFO = 11;
export const SOL_SOCKET = 1;
export const SO_LINGER = 13;
export const SO_TIMESTAMPNS = 35;
export const MSG_NOSIGNAL = 0x4000;
export const MSG_TRUNC = 0x20;
export const EPOLL_CLOEXEC = 0o2000000;
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_MOD = 3;
export const EPOLLIN = 0x1;
export const EPOLLOUT = 0x4;
export const EPOLLRDHUP = 0x2000;
export const EPOLLONESHOT = 0x4000_0000;
export const EPOLLET = 0x8000_0000;
export const CLOCK_REALTIME = 0;
export const CLOCK_MONOTONIC = 1;
export const CLOCK_THREAD_CPUTIME_ID = 3;
export const TIMER_NONBLOCKING = 0o2004000;

export const EAGAIN = 11;
export const EPIPE = 32;
export const EINPROGRESS = 115;

/** Error numbers by their names, for messages and for typing failures. */
export const ERRNO_NAMES: Readonly<Record<number, string>> = {
  13: 'EACCES',
  23: 'ENFILE',
  24: 'EMFILE',
  32: 'EPIPE',
  97: 'EAFNOSUPPORT',
  98: 'EADDRINUSE',
  99: 'EADDRNOTAVAIL',
  100: 'ENETDOWN',
  101: 'ENETUNREACH',
  103: 'ECONNABORTED',
  104: 'ECONNRESET',
  105: 'ENOBUFS',
  110: 'ETIMEDOUT',
  111: 'ECONNREFUSED',
  113: 'EHOSTUNREACH',
};
