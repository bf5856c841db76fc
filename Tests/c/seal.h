/* seal.h - the checksums of a model file, for tests that change one: SHA-256 (FIPS 180-4), base64 (RFC 4648). */
#ifndef SEAL_H
#define SEAL_H

#include <stddef.h>

/** The SHA-256 of `size` bytes as 64 hexadecimal digits and a zero byte. */
void sha256(const unsigned char *bytes, size_t size, char digits[65]);

/** Decodes base64; other characters count as "A". @return the number of bytes, at most length / 4 * 3. */
size_t base64_decode(const char *text, size_t length, unsigned char *bytes);

/** Encodes with padding and without a zero byte. @return the number of characters, (size + 2) / 3 * 4. */
size_t base64_encode(const unsigned char *bytes, size_t size, char *text);

/** Writes the checksum of a whole model file into its last line but one, as every format puts it. */
void seal_file(unsigned char *bytes, size_t length);

/** Writes the checksum of each payload beside it, where both are spelled as "base64": "..." and "sha256": "...". */
void seal_payloads(unsigned char *bytes, size_t length);

#endif
