/* The instructions processors have for CRC32C and SHA-256. Swift has no name for them; callers ask
   `clinux_has_…` once and fall back to Swift code. Builtins instead of <immintrin.h>, which would
   make every import of this module slow. */
#ifndef CLINUX_DIGEST_H
#define CLINUX_DIGEST_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>

static inline int clinux_has_crc32c(void) {
  unsigned a, b, c, d;
  return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_2) != 0;
}

static inline int clinux_has_sha256(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  if ((c & bit_SSE4_1) == 0 || (c & bit_SSSE3) == 0) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & (1u << 29)) != 0;
}

/* `crc` and the result are the inner register, not inverted. */
__attribute__((target("sse4.2"))) static inline uint32_t clinux_crc32c(
    uint32_t crc, const uint8_t *data, size_t count) {
  uint64_t wide = crc;
  for (; count >= 8; data += 8, count -= 8) {
    uint64_t word;
    memcpy(&word, data, 8);
    wide = __builtin_ia32_crc32di(wide, word);
  }
  crc = (uint32_t)wide;
  for (; count > 0; data++, count--) crc = __builtin_ia32_crc32qi(crc, *data);
  return crc;
}

typedef int clinux_int4 __attribute__((vector_size(16)));

static const uint32_t clinux_sha256_k[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* The instructions want the eight words as (F E B A) and (H G D C), lowest lane first. */
__attribute__((target("sha,sse4.1,ssse3"))) static inline void clinux_sha256(
    uint32_t *state, const uint8_t *data, size_t blocks) {
  clinux_int4 feba = {(int)state[5], (int)state[4], (int)state[1], (int)state[0]};
  clinux_int4 hgdc = {(int)state[7], (int)state[6], (int)state[3], (int)state[2]};
  for (; blocks > 0; blocks--, data += 64) {
    clinux_int4 before0 = feba, before1 = hgdc, w[4];
    for (int i = 0; i < 16; i++) {
      uint32_t word;
      memcpy(&word, data + 4 * i, 4);
      w[i / 4][i % 4] = (int)__builtin_bswap32(word);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) {
      clinux_int4 k;
      memcpy(&k, clinux_sha256_k + 4 * i, 16);
      k += w[i & 3];
      hgdc = __builtin_ia32_sha256rnds2(hgdc, feba, k);
      feba = __builtin_ia32_sha256rnds2(feba, hgdc, __builtin_shufflevector(k, k, 2, 3, 0, 0));
      if (i < 12) {
        clinux_int4 last = w[(i + 3) & 3];
        clinux_int4 sum = __builtin_ia32_sha256msg1(w[i & 3], w[(i + 1) & 3]) +
                          __builtin_shufflevector(w[(i + 2) & 3], last, 1, 2, 3, 4);
        w[i & 3] = __builtin_ia32_sha256msg2(sum, last);
      }
    }
    feba += before0;
    hgdc += before1;
  }
  state[0] = (uint32_t)feba[3];
  state[1] = (uint32_t)feba[2];
  state[2] = (uint32_t)hgdc[3];
  state[3] = (uint32_t)hgdc[2];
  state[4] = (uint32_t)feba[1];
  state[5] = (uint32_t)feba[0];
  state[6] = (uint32_t)hgdc[1];
  state[7] = (uint32_t)hgdc[0];
}

#elif defined(__aarch64__)
#include <sys/auxv.h>

static inline int clinux_has_crc32c(void) { return (getauxval(AT_HWCAP) & (1ul << 7)) != 0; }
static inline int clinux_has_sha256(void) { return 0; }

__attribute__((target("crc"))) static inline uint32_t clinux_crc32c(
    uint32_t crc, const uint8_t *data, size_t count) {
  for (; count >= 8; data += 8, count -= 8) {
    uint64_t word;
    memcpy(&word, data, 8);
    crc = __builtin_arm_crc32cd(crc, word);
  }
  for (; count > 0; data++, count--) crc = __builtin_arm_crc32cb(crc, *data);
  return crc;
}

static inline void clinux_sha256(uint32_t *state, const uint8_t *data, size_t blocks) {
  (void)state, (void)data, (void)blocks;
  __builtin_trap();
}

#else

static inline int clinux_has_crc32c(void) { return 0; }
static inline int clinux_has_sha256(void) { return 0; }
static inline uint32_t clinux_crc32c(uint32_t crc, const uint8_t *data, size_t count) {
  (void)crc, (void)data, (void)count;
  __builtin_trap();
}
static inline void clinux_sha256(uint32_t *state, const uint8_t *data, size_t blocks) {
  (void)state, (void)data, (void)blocks;
  __builtin_trap();
}

#endif
#endif
