/* archive.c - the mutator of the fuzz target "readers": it takes the members out of a zip archive, changes one and
 * packs them anew, stored or deflated, with the right lengths and checksums. Else it leaves the work to libFuzzer.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MEMBERS = 8, ROOM = 1 << 16 };

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

typedef struct member {
    uint8_t name[64], *content;
    size_t name_length, size;
} member;

static size_t little(const uint8_t *at, int count)
{
    size_t value = 0;
    for (int i = 0; i < count; i++) value |= (size_t)at[i] << 8 * i;
    return value;
}

static uint8_t *put(uint8_t *at, size_t value, int count)
{
    for (int i = 0; i < count; i++) *at++ = (uint8_t)(value >> 8 * i);
    return at;
}

/* The members that follow one another from the start, as far as their headers can be believed. */
static int take_apart(const uint8_t *data, size_t size, member *members)
{
    int count = 0;
    size_t at = 0;
    while (count < MEMBERS && size - at >= 30 && memcmp(data + at, "PK\3\4", 4) == 0) {
        size_t method = little(data + at + 8, 2), stored = little(data + at + 18, 4), name = little(data + at + 26, 2);
        size_t extra = little(data + at + 28, 2), start = at + 30 + name + extra;
        if (start > size || stored > size - start || name > sizeof members->name) break;
        member *m = &members[count];
        memcpy(m->name, data + at + 30, name);
        m->name_length = name;
        m->content = malloc(ROOM);
        if (method == 8) {
            z_stream stream = { .next_in = (Bytef *)(uintptr_t)(data + start), .avail_in = (uInt)stored, .next_out = m->content, .avail_out = ROOM };
            if (inflateInit2(&stream, -15) == Z_OK) inflate(&stream, Z_FINISH);
            m->size = ROOM - stream.avail_out;
            inflateEnd(&stream);
        } else {
            m->size = stored < ROOM ? stored : ROOM;
            memcpy(m->content, data + start, m->size);
        }
        count++;
        at = start + stored;
    }
    return count;
}

static size_t pack(const member *members, int count, int deflated, uint8_t *data, size_t max_size)
{
    uint8_t *all = malloc((size_t)count * (ROOM * 2 + 400) + 22), *end = all, directory[MEMBERS * 110], *entry = directory;
    for (int i = 0; i < count; i++) {
        const member *m = &members[i];
        uint8_t header[26], *h = header;
        uint8_t *start = end, *content = start + 30 + m->name_length;
        size_t stored = m->size;
        if (deflated) {
            z_stream stream = { .next_in = m->content, .avail_in = (uInt)m->size, .next_out = content, .avail_out = ROOM * 2 };
            if (deflateInit2(&stream, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK) deflate(&stream, Z_FINISH);
            stored = ROOM * 2 - stream.avail_out;
            deflateEnd(&stream);
        } else {
            memcpy(content, m->content, m->size);
        }
        h = put(h, 20, 4);
        h = put(h, deflated ? 8 : 0, 2);
        h = put(h, 33 << 16, 4);
        h = put(h, crc32(0, m->content, (uInt)m->size), 4);
        h = put(h, stored, 4);
        h = put(h, m->size, 4);
        h = put(h, m->name_length, 2);
        h = put(h, 0, 2);
        memcpy(start, "PK\3\4", 4);
        memcpy(start + 4, header, 26);
        memcpy(start + 30, m->name, m->name_length);
        memcpy(entry, "PK\1\2\24\0", 6);
        memcpy(entry + 6, header, 26);
        entry = put(entry + 32, 0, 8);
        entry = put(entry, 0, 2);
        entry = put(entry, (size_t)(start - all), 4);
        memcpy(entry, m->name, m->name_length);
        entry += m->name_length;
        end = content + stored;
    }
    size_t place = (size_t)(end - all), length = (size_t)(entry - directory);
    memcpy(end, directory, length);
    end += length;
    memcpy(end, "PK\5\6\0\0\0\0", 8);
    end = put(end + 8, (size_t)count | (size_t)count << 16, 4);
    end = put(end, length, 4);
    end = put(end, place, 4);
    end = put(end, 0, 2);
    size_t size = (size_t)(end - all);
    if (size <= max_size) memcpy(data, all, size);
    free(all);
    return size <= max_size ? size : 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
    member members[MEMBERS];
    int count = size > 30 && seed % 4 != 0 ? take_apart(data, size, members) : 0;
    if (count == 0) return LLVMFuzzerMutate(data, size, max_size);
    member *m = &members[seed / 8 % (unsigned)count];
    if (seed / 64 % 8 == 0) m->name_length = LLVMFuzzerMutate(m->name, m->name_length, sizeof m->name);
    else m->size = LLVMFuzzerMutate(m->content, m->size, ROOM);
    size_t packed = pack(members, count, seed / 4 % 2, data, max_size);
    for (int i = 0; i < count; i++) free(members[i].content);
    return packed > 0 ? packed : LLVMFuzzerMutate(data, size, max_size);
}
