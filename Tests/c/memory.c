/* memory.c - what the library asks of the allocator and of the kernel: memory MODEL_DIR DATA_DIR
 *
 * This program's malloc and its kin stand before the C library's. They count, and refuse on demand.
 */
#define _GNU_SOURCE
#include "support.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHANNELS = 901 };

/* ---------------------------------------------------------------- the allocator */

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static long calls;       /* of any of them, freeing among them */
static long allocations; /* while refusing is on */
static long live;        /* blocks that were given and not taken back */
static long refuse_at;   /* the allocation to refuse, from 1; 0: none */
static int refuse_after; /* and all after it */
static int refused;      /* how many were */

static int refuse(void)
{
    calls++;
    if (refuse_at == 0) return 0;
    allocations++;
    if (allocations != refuse_at && !(refuse_after && allocations > refuse_at)) return 0;
    refused++;
    errno = ENOMEM;
    return 1;
}

static void *given(void *block)
{
    live += block != NULL;
    return block;
}

void *malloc(size_t size) { return refuse() ? NULL : given(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) { return refuse() ? NULL : given(__libc_calloc(count, size)); }
void *memalign(size_t alignment, size_t size) { return refuse() ? NULL : given(__libc_memalign(alignment, size)); }
void *aligned_alloc(size_t alignment, size_t size) { return refuse() ? NULL : given(__libc_memalign(alignment, size)); }

int posix_memalign(void **block, size_t alignment, size_t size)
{
    if (refuse()) return ENOMEM;
    void *got = given(__libc_memalign(alignment, size));
    if (!got) return ENOMEM;
    *block = got;
    return 0;
}

void *realloc(void *block, size_t size)
{
    if (refuse()) return NULL;
    void *moved = __libc_realloc(block, size);
    if (!block) given(moved);
    else if (size == 0 && !moved) live--;
    return moved;
}

void free(void *block)
{
    calls++;
    live -= block != NULL;
    __libc_free(block);
}

/* ---------------------------------------------------------------- no allocation, no system call */

static spectra_model *model;
static spectra_options options;
static spectrum good;
static float *spoiled;   /* NaN in one channel */
static float features[400];
static void *workspace;
static size_t size;
static char message[SPECTRA_MESSAGE_CAPACITY];

/* Every function that must not allocate, on a good spectrum and on bad ones. */
static int use_everything(void)
{
    static spectra_result results[4];
    spectra_result result = { .struct_size = sizeof result };
    spectra_preparation preparation = { .struct_size = sizeof preparation };
    spectra_model_info info = { .struct_size = sizeof info };
    spectra_reference reference = { .struct_size = sizeof reference };
    int fine = spectra_predict(model, workspace, size, good.energy, good.counts, CHANNELS, &options, &result, message, sizeof message) == SPECTRA_OK;
    fine += spectra_predict(model, workspace, size, good.energy, spoiled, CHANNELS, &options, &result, message, sizeof message) != SPECTRA_OK;
    fine += spectra_predict(model, workspace, 1, good.energy, good.counts, CHANNELS, &options, &result, message, sizeof message) != SPECTRA_OK;
    fine += spectra_predict(model, workspace, size, good.energy, good.counts, 10, &options, &result, message, sizeof message) != SPECTRA_OK;
    fine += spectra_predict(NULL, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL, 0) != SPECTRA_OK;
    fine += spectra_predict_batch(model, workspace, size, good.energy, CHANNELS - 3, good.counts, 4, 1, 1, &options, results, sizeof *results,
                                  message, sizeof message) == SPECTRA_OK;
    fine += spectra_predict_batch(model, workspace, size, good.energy, CHANNELS - 3, spoiled, 4, 1, 1, &options, results, sizeof *results,
                                  message, sizeof message) == SPECTRA_OK;
    fine += spectra_preprocess(model, workspace, size, good.energy, good.counts, CHANNELS, &options, features, 400, &preparation,
                               message, sizeof message) == SPECTRA_OK;
    fine += spectra_preprocess(model, workspace, size, good.energy, spoiled, CHANNELS, &options, features, 400, &preparation,
                               message, sizeof message) != SPECTRA_OK;
    fine += spectra_predict_features(model, workspace, size, features, 160, 2, 160, results, sizeof *results, message, sizeof message) == SPECTRA_OK;
    spectra_neighbor neighbors[5];
    size_t found = 0;
    fine += spectra_find_neighbors(model, features, 160, neighbors, 5, &found, message, sizeof message) == SPECTRA_OK && found == 5;
    fine += spectra_find_neighbors(model, spoiled, 160, neighbors, 0, &found, message, sizeof message) != SPECTRA_OK;
    fine += spectra_workspace_size(model, CHANNELS) <= size;
    fine += spectra_model_get_info(model, &info) == SPECTRA_OK;
    fine += spectra_model_get_reference(model, 0, &reference) == SPECTRA_OK;
    fine += spectra_status_name(SPECTRA_ERROR_AXIS)[0] != 0 && spectra_status_text(SPECTRA_ERROR_AXIS)[0] != 0;
    fine += spectra_model_card(model)[0] != 0 && spectra_version_string()[0] != 0 && spectra_flag_text(1)[0] != 0;
    return fine == 17;
}

static void test_no_allocation(const char *name)
{
    CHECK(use_everything(), "%s: '%s'", name, message);
    long before = calls;
    int fine = 1;
    for (int i = 0; i < 100; i++) fine = fine && use_everything();
    long used = calls - before;
    CHECK(fine, "%s", name);
    CHECK(used == 0, "%s: the allocator was called %ld times", name, used);
}

/* Where there is no memory left, whatever was loaded goes on, and can be freed. */
static void test_no_memory_left(const char *directory, int which)
{
    spectra_model *last = model;
    long before = live;
    model = load(directory, which);
    if (!CHECK(model != NULL, "%s", model_names[which])) return;
    refused = 0;
    allocations = 0;
    refuse_after = 1;
    refuse_at = 1;
    int fine = use_everything();
    spectra_model_free(model);
    refuse_at = 0;
    CHECK(fine && refused == 0, "%s: %d allocations in using and freeing a model", model_names[which], refused);
    CHECK(live == before, "%s: %ld blocks leaked", model_names[which], live - before);
    model = last;
}

/* In a process that the kernel allows to read, write and end, and nothing else: any other system call kills. */
static void test_no_system_call(const char *name)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) _exit(77);
        int fine = 1;
        for (int i = 0; i < 100; i++) fine = fine && use_everything();
        syscall(SYS_exit, fine ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        printf("memory: SKIPPED: no seccomp here, so that system calls are not watched\n");
        return;
    }
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: a system call was made (wait status 0x%x)", name, status);
}

/* ---------------------------------------------------------------- refused memory */

static const char *path;
static unsigned char *bytes;
static size_t byte_count;
static long allocation_count[2]; /* of a load from the file, from memory */

static spectra_status load_once(int from_memory, spectra_model **loaded)
{
    return from_memory ? spectra_model_load_memory(bytes, byte_count, loaded, message, sizeof message)
                       : spectra_model_load_file(path, loaded, message, sizeof message);
}

static spectra_model *whole; /* the model that loads when nothing is refused */

static int is_whole(const spectra_model *loaded)
{
    spectra_model_info a = { .struct_size = sizeof a }, b = a;
    if (spectra_model_get_info(whole, &a) != SPECTRA_OK || spectra_model_get_info(loaded, &b) != SPECTRA_OK) return 0;
    if (memcmp(&a, &b, sizeof a) != 0 || strcmp(spectra_model_card(whole), spectra_model_card(loaded)) != 0) return 0;
    spectra_result results[2];
    for (uint32_t i = 0; i < a.reference_count; i++) {
        spectra_reference r = { .struct_size = sizeof r }, s = r;
        if (spectra_model_get_reference(whole, i, &r) != SPECTRA_OK || spectra_model_get_reference(loaded, i, &s) != SPECTRA_OK) return 0;
        if (strcmp(r.id, s.id) != 0 || memcmp(r.features, s.features, r.feature_count * sizeof *r.features) != 0
            || memcmp(r.properties, s.properties, sizeof r.properties) != 0)
            return 0;
        if (i % 16 != 0) continue;
        for (int k = 0; k < 2; k++)
            if (spectra_predict_features(k ? loaded : whole, workspace, size, r.features, r.feature_count, 1, 0, &results[k], sizeof *results,
                                         NULL, 0) != SPECTRA_OK)
                return 0;
        if (memcmp(&results[0], &results[1], sizeof *results) != 0) return 0;
    }
    return 1;
}

/* Case: which allocation (from 1), once or from then on, from the file or from memory. */
static long refused_allocations[20000], refused_count;

static void refuse_one(long i)
{
    long number = refused_allocations[i / 4];
    int after = i / 2 % 2, from_memory = i % 2;
    if (number > allocation_count[from_memory]) return;
    spectra_model *loaded = (spectra_model *)0x1234;
    memset(message, 0x5A, sizeof message);
    long before = live;
    allocations = 0;
    refused = 0;
    refuse_after = after;
    refuse_at = number;
    spectra_status status = load_once(from_memory, &loaded);
    refuse_at = 0;
    const char *how = after ? "from then on" : "once";
    const char *where = from_memory ? "memory" : "file";
    CHECK(refused > 0, "allocation %ld of %ld was not asked for", number, allocation_count[from_memory]);
    if (status == SPECTRA_OK) {
        /* Whoever can do without the memory may, as the C library without a buffer for a file; but then the model is
         * whole: nothing of it may be lost on the way. */
        CHECK(is_whole(loaded), "%s, allocation %ld refused %s: OK, but another model", where, number, how);
        spectra_model_free(loaded);
    } else {
        CHECK(status == SPECTRA_ERROR_MEMORY || (!from_memory && number <= 2 && status == SPECTRA_ERROR_FILE),
              "%s, allocation %ld refused %s: %s: %s", where, number, how, spectra_status_name(status), message);
        CHECK(loaded == (spectra_model *)0x1234, "%s, allocation %ld refused %s: the model pointer was written", where, number, how);
        CHECK(message[0] != '\0' && memchr(message, 0, sizeof message), "%s, allocation %ld refused %s: no message", where, number, how);
    }
    CHECK(live == before, "%s, allocation %ld refused %s: %ld blocks leaked", where, number, how, live - before);

    /* And it loads afterwards. */
    if (i % 64 != 0) return;
    CHECK(load_once(from_memory, &loaded) == SPECTRA_OK, "%s, afterwards: %s", where, message);
    spectra_model_free(loaded);
    CHECK(live == before, "%s, afterwards: %ld blocks leaked", where, live - before);
}

/* The kernel refuses: all of an address space is taken but `i` times 256 kB. */
static long *outcomes; /* loads that were refused, that were not; shared with the processes */

static void little_room(long i)
{
    enum { BLOCK = 65536, BLOCKS = 65536 };
    static void *blocks[BLOCKS];
    unsigned long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    if (!CHECK(statm && fscanf(statm, "%lu", &pages) == 1, "no /proc/self/statm")) return;
    fclose(statm);
    struct rlimit limit;
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = pages * (unsigned long)sysconf(_SC_PAGESIZE) + 260 * BLOCK;
    if (!CHECK(setrlimit(RLIMIT_AS, &limit) == 0, "no limit")) return;
    long count = 0;
    while (count < BLOCKS && (blocks[count] = malloc(BLOCK))) count++;
    if (!CHECK(count >= 240 && count < BLOCKS, "%ld blocks", count)) return;
    for (long k = 0; k < 4 * i; k++) free(blocks[--count]); /* the last ones lie side by side */
    for (int from_memory = 0; from_memory < 2; from_memory++) {
        spectra_model *loaded = NULL;
        spectra_status status = load_once(from_memory, &loaded);
        __atomic_add_fetch(&outcomes[status == SPECTRA_OK], 1, __ATOMIC_RELAXED);
        if (status == SPECTRA_OK) {
            CHECK(is_whole(loaded), "room for %ld times 256 kB: OK, but another model", i);
            spectra_model_free(loaded);
        } else {
            CHECK(status == SPECTRA_ERROR_MEMORY || (!from_memory && status == SPECTRA_ERROR_FILE), "room for %ld times 256 kB: %s: %s", i,
                  spectra_status_name(status), message);
            CHECK(loaded == NULL && message[0] != '\0', "room for %ld times 256 kB", i);
        }
    }
}

static void test_refused_memory(const char *directory, int which)
{
    path = model_path(directory, which);
    bytes = read_file(path, &byte_count);
    if (!CHECK(bytes != NULL, "%s", path)) return;
    for (int from_memory = 0; from_memory < 2; from_memory++) {
        spectra_model *loaded = NULL;
        CHECK(load_once(from_memory, &loaded) == SPECTRA_OK, "%s", message); /* what the first load sets up */
        spectra_model_free(loaded);
        long before = live;
        allocations = 0;
        refuse_at = 1000000000;
        CHECK(load_once(from_memory, &loaded) == SPECTRA_OK, "%s", message);
        refuse_at = 0;
        allocation_count[from_memory] = allocations;
        spectra_model_free(loaded);
        CHECK(live == before, "a load and a free leak %ld blocks", live - before);
    }
    /* Each of the first 700 and of the last 100, about 200 between; all where SPECTRA_TEST_FULL is set. */
    long count = allocation_count[0] > allocation_count[1] ? allocation_count[0] : allocation_count[1];
    long step = getenv("SPECTRA_TEST_FULL") ? 1 : count / 200 + 1;
    refused_count = 0;
    for (long n = 1; n <= count && refused_count < 20000; n += n < 700 || n >= count - 100 ? 1 : step)
        refused_allocations[refused_count++] = n;
    printf("memory: %s makes %ld allocations, from memory %ld; %ld of them refused\n", model_names[which], allocation_count[0],
           allocation_count[1], refused_count);
    whole = load(directory, which);
    workspace = new_workspace(whole, CHANNELS, &size);
    shielded("refused memory", 4 * refused_count, refuse_one);
    outcomes = mmap(NULL, 2 * sizeof *outcomes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    shielded("little room", 60, little_room);
    CHECK(outcomes[0] > 0 && outcomes[1] > 0, "of the loads with little room %ld were refused and %ld not", outcomes[0], outcomes[1]);
    guarded_free(workspace, size);
    spectra_model_free(whole);
    guarded_free(bytes, byte_count);
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    good = quartz(argv[2], 0.1, CHANNELS, 3);
    spoiled = guarded(CHANNELS * sizeof *spoiled);
    memcpy(spoiled, good.counts, CHANNELS * sizeof *spoiled);
    spoiled[CHANNELS / 2] = NAN;
    options = quartz_options();
    for (int which = 0; which < MODEL_COUNT; which++) {
        long before = live;
        model = load(argv[1], which);
        if (!model) continue;
        workspace = new_workspace(model, CHANNELS, &size);
        test_no_allocation(model_names[which]);
        test_no_system_call(model_names[which]);
        test_no_memory_left(argv[1], which);
        guarded_free(workspace, size);
        spectra_model_free(model);
        if (which > 0) CHECK(live == before, "%s: %ld blocks leaked", model_names[which], live - before);
    }
    for (int which = 0; which < (getenv("SPECTRA_TEST_FULL") ? MODEL_COUNT : 1); which++) test_refused_memory(argv[1], which);
    spectrum_free(&good);
    return finish("memory");
}
