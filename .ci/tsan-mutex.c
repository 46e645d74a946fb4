/* Tells ThreadSanitizer about the waiting half of Swift's Mutex.
 *
 * A lock that is free is taken by code inlined into the program, which the sanitizer sees. One that
 * is held is waited for inside libswiftSynchronization, which is built without the sanitizer, so
 * every contended lock would be reported as a race. Preloaded, this stands before those two calls
 * and names the order they make. Built with the clang of the Swift toolchain. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

/* Absent in the build tools, which inherit the preload. */
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void lock_slow(uint32_t thread, SELF mutex) __asm__(LOCK);
SWIFT void unlock_slow(SELF mutex) __asm__(UNLOCK);

SWIFT void lock_slow(uint32_t thread, SELF mutex) {
  SWIFT void (*real)(uint32_t, SELF) = dlsym(RTLD_NEXT, LOCK);
  real(thread, mutex);
  if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT void unlock_slow(SELF mutex) {
  SWIFT void (*real)(SELF) = dlsym(RTLD_NEXT, UNLOCK);
  if (__tsan_release) __tsan_release(mutex);
  real(mutex);
}
