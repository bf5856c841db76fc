/* entry.c - hands the bytes of libFuzzer to ENTRY, a function in Swift: of the targets "readers" and "database". */
#include <stddef.h>
#include <stdint.h>

int ENTRY(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return ENTRY(data, size);
}
