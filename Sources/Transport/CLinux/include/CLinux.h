/* What Linux offers and Swift's Glibc module does not import: headers without a module, macros and
   variadic calls. Header only; every function here is `static inline`. */
#ifndef CLINUX_H
#define CLINUX_H

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

/* Digests: instructions for CRC32C and SHA-256. */
#include "CLinuxDigest.h"
/* The event loop: sockets, readiness, names, signals. */
#include "CLinuxSocket.h"

#endif
