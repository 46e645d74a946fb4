/* What Linux offers and Swift's Glibc module does not import: headers without a module, macros and
   variadic calls. Header only; every function here is `static inline`. */
#ifndef CLINUX_H
#define CLINUX_H

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

/* Digests: instructions for CRC32C and SHA-256. */
#include "CLinuxDigest.h"

#endif
