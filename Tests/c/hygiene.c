/* hygiene.c - the library leaves its host as it was: hygiene LIBRARY.so MODEL_DIR DATA_DIR [LOCALE]
 *
 * This program is not linked with the library; it opens it. What the host can see of itself is written down
 * before, after opening, loading, predicting, failing, freeing and closing, and compared as text.
 */
#define _GNU_SOURCE
#include "support.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <fenv.h>
#include <locale.h>
#include <malloc.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

extern char **environ;

/* ---------------------------------------------------------------- the library, by name */

/* support.c calls the library by its names; here these go to what was opened. */
static void *library;
static void *function(const char *name)
{
    void *address = library ? dlsym(library, name) : NULL;
    if (!address) {
        fprintf(stderr, "hygiene: %s is missing\n", name);
        exit(1);
    }
    return address;
}
#define CALL(name) ((__typeof__(&name))function(#name))

spectra_status spectra_model_load_file(const char *path, spectra_model **model, char *message, size_t capacity)
{
    return CALL(spectra_model_load_file)(path, model, message, capacity);
}
spectra_status spectra_model_get_info(const spectra_model *model, spectra_model_info *info)
{
    return CALL(spectra_model_get_info)(model, info);
}
void spectra_model_free(spectra_model *model) { CALL(spectra_model_free)(model); }
void spectra_options_init(spectra_options *options) { CALL(spectra_options_init)(options); }
size_t spectra_workspace_size(const spectra_model *model, size_t channels) { return CALL(spectra_workspace_size)(model, channels); }
const char *spectra_property_name(int property) { return CALL(spectra_property_name)(property); }
const char *spectra_status_name(spectra_status status) { return CALL(spectra_status_name)(status); }

/* ---------------------------------------------------------------- what a host can see of itself */

/* The floating-point environment of this thread whole: rounding, traps, denormals, and the flags raised so far. */
typedef struct floating_point { unsigned mxcsr, x87, x87_status, rounding, traps, flags; } floating_point;

static floating_point floating_point_now(void)
{
    floating_point now = { 0 };
#if defined(__x86_64__)
    unsigned short word;
    now.mxcsr = _mm_getcsr();
    __asm__ volatile("fnstcw %0" : "=m"(word));
    now.x87 = word;
    __asm__ volatile("fnstsw %0" : "=m"(word));
    now.x87_status = word;
#endif
    now.rounding = (unsigned)fegetround();
    now.traps = (unsigned)fegetexcept();
    now.flags = (unsigned)fetestexcept(FE_ALL_EXCEPT);
    return now;
}

/* Calls the library, and looks at the environment right before and right after. A flag of the host is raised that
 * must stay, the others are not and must not be. */
#define KEEPING(call)                                                                                                         \
    do {                                                                                                                      \
        feclearexcept(FE_ALL_EXCEPT);                                                                                         \
        RAISE_ONE();                                                                                                          \
        floating_point before_ = floating_point_now();                                                                        \
        call;                                                                                                                 \
        floating_point after_ = floating_point_now();                                                                         \
        CHECK(memcmp(&before_, &after_, sizeof before_) == 0,                                                                 \
              "%s: floating point: MXCSR %x to %x, x87 %x to %x, status %x to %x, flags %x to %x", #call, before_.mxcsr,     \
              after_.mxcsr, before_.x87, after_.x87, before_.x87_status, after_.x87_status, before_.flags, after_.flags);     \
    } while (0)
#if defined(__x86_64__)
#define RAISE_ONE() _mm_setcsr(_mm_getcsr() | 0x10) /* underflow, without a trap that may be on */
#else
#define RAISE_ONE() ((void)0)
#endif

static char *note(char *at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    at += vsprintf(at, format, arguments);
    va_end(arguments);
    return at;
}

static int by_number(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static int entries(const char *directory, int numbers[256])
{
    int count = 0;
    DIR *listing = opendir(directory);
    for (struct dirent *entry; listing && (entry = readdir(listing)) && count < 256;)
        if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(listing)) numbers[count++] = atoi(entry->d_name);
    if (listing) closedir(listing);
    qsort(numbers, (size_t)count, sizeof *numbers, by_number);
    return count;
}

static void write_down(char *at)
{
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) != 0) continue;
        at = note(at, "signal %d: handler %p, flags %x, mask %lx\n", number, (void *)action.sa_handler, (unsigned)action.sa_flags,
                  *(unsigned long *)(void *)&action.sa_mask);
    }
    sigset_t blocked;
    sigemptyset(&blocked);
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    at = note(at, "blocked signals %lx\n", *(unsigned long *)(void *)&blocked);
    stack_t stack;
    sigaltstack(NULL, &stack);
    at = note(at, "alternate stack %p %zu %d\n", stack.ss_sp, stack.ss_size, stack.ss_flags);
    for (int timer = 0; timer < 3; timer++) {
        struct itimerval value;
        getitimer(timer, &value);
        at = note(at, "timer %d set: %d\n", timer, value.it_value.tv_sec != 0 || value.it_value.tv_usec != 0);
    }
    at = note(at, "locale %s, of this thread %p\n", setlocale(LC_ALL, NULL), (void *)uselocale((locale_t)0));
    at = note(at, "rounding %d, floating-point traps %x\n", fegetround(), (unsigned)fegetexcept());
#if defined(__x86_64__)
    unsigned short x87;
    __asm__ volatile("fnstcw %0" : "=m"(x87));
    at = note(at, "MXCSR control %x, x87 control %x\n", _mm_getcsr() & ~0x3Fu, x87);
#endif
    mode_t mask = umask(0);
    umask(mask);
    char directory[1000];
    at = note(at, "umask %o, directory %s\n", (unsigned)mask, getcwd(directory, sizeof directory));
    int numbers[256];
    int count = entries("/proc/self/fd", numbers);
    for (int i = 0; i < count; i++) {
        char link[40], target[500] = "";
        snprintf(link, sizeof link, "/proc/self/fd/%d", numbers[i]);
        if (readlink(link, target, sizeof target - 1) < 0) target[0] = '\0';
        at = note(at, "file %d: %s, flags %x\n", numbers[i], target, (unsigned)fcntl(numbers[i], F_GETFL));
    }
    at = note(at, "%d threads\n", entries("/proc/self/task", numbers));
    char thread[16] = "";
    prctl(PR_GET_NAME, thread);
    cpu_set_t processors;
    CPU_ZERO(&processors);
    sched_getaffinity(0, sizeof processors, &processors);
    at = note(at, "thread %s, on %d processors, nice %d, scheduled by %d\n", thread, CPU_COUNT(&processors), getpriority(PRIO_PROCESS, 0),
              sched_getscheduler(0));
    for (char **variable = environ; *variable; variable++) at = note(at, "environment %.300s\n", *variable);
    for (int limit = 0; limit < RLIM_NLIMITS; limit++) {
        struct rlimit value;
        if (getrlimit((__rlimit_resource_t)limit, &value) == 0)
            at = note(at, "limit %d: %lx %lx\n", limit, (unsigned long)value.rlim_cur, (unsigned long)value.rlim_max);
    }
    at = note(at, "%d children\n", waitpid(-1, NULL, WNOHANG) < 0 ? 0 : 1);
}

static char first[1 << 18], now[1 << 18];

static void same(const char *when)
{
    write_down(now);
    if (CHECK(strcmp(first, now) == 0, "the host has changed %s", when)) return;
    const char *a = first, *b = now;
    for (;;) {
        size_t length_a = strcspn(a, "\n"), length_b = strcspn(b, "\n");
        if (length_a != length_b || memcmp(a, b, length_a) != 0) {
            fprintf(stderr, "  before: %.*s\n  %s: %.*s\n", (int)length_a, a, when, (int)length_b, b);
            return;
        }
        if (a[length_a] == '\0') return;
        a += length_a + 1;
        b += length_b + 1;
    }
}

/* ---------------------------------------------------------------- use */

static const char *library_path, *models, *locale_name;
static spectrum good;
static spectra_result expected[MODEL_COUNT];

static void open_library(void)
{
    library = dlopen(library_path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "hygiene: %s\n", dlerror());
        exit(1);
    }
}

/* What a detector may hand over at its worst. */
static const float worst[] = { NAN, INFINITY, -INFINITY, 0, -0.0f, 1e-45f, 1e30f, -1e30f, 3e38f, -5 };
enum { WORST = sizeof worst / sizeof *worst };

/* Loads, predicts, fails and frees; `after` is told of each step, where it is not NULL. 0 if the load failed. */
static int use(int which, spectra_result *result, void (*after)(const char *))
{
    char message[SPECTRA_MESSAGE_CAPACITY];
    spectra_model *model = NULL, *none = NULL;
    spectra_status status;
    KEEPING(status = spectra_model_load_file(model_path(models, which), &model, message, sizeof message));
    if (after) after("after loading a model");
    if (status != SPECTRA_OK) return 0;
    size_t size = spectra_workspace_size(model, good.count);
    void *workspace = malloc(size);
    spectra_options options = quartz_options();
    memset(result, 0, sizeof *result);
    result->struct_size = sizeof *result;
    KEEPING(status = CALL(spectra_predict)(model, workspace, size, good.energy, good.counts, good.count, &options, result, message, sizeof message));
    result->status = status;
    if (after) after("after predicting");

    spectra_result other = { .struct_size = sizeof other };
    KEEPING(status = CALL(spectra_predict)(model, workspace, size, good.energy, good.counts, 5, &options, &other, message, sizeof message));
    CHECK(status != SPECTRA_OK, "5 channels");
    float *bad = malloc(good.count * sizeof *bad);
    for (int i = 0; i < 2 * WORST; i++) { /* in one channel, in all */
        memcpy(bad, good.counts, good.count * sizeof *bad);
        for (size_t c = i < WORST ? good.count / 2 : 0; c < (i < WORST ? good.count / 2 + 1 : good.count); c++) bad[c] = worst[i % WORST];
        KEEPING(status = CALL(spectra_predict)(model, workspace, size, good.energy, bad, good.count, &options, &other, message, sizeof message));
        CHECK(known_status(status), "status %d", (int)status);
    }
    free(bad);
    if (after) after("after spectra that failed");

    spectra_reference reference = { .struct_size = sizeof reference };
    spectra_neighbor nearest[4];
    size_t found;
    KEEPING(status = CALL(spectra_model_get_reference)(model, 7, &reference));
    CHECK(status == SPECTRA_OK, "reference 7");
    KEEPING(status = CALL(spectra_find_neighbors)(model, reference.features, reference.feature_count, nearest, 4, &found, message, sizeof message));
    CHECK(status == SPECTRA_OK && found == 4 && nearest[0].reference == 7, "reference 7 is nearest to itself");
    KEEPING(status = CALL(spectra_predict_features)(model, workspace, size, reference.features, reference.feature_count, 1, 0, &other, sizeof other,
                                                    message, sizeof message));
    CHECK(status == SPECTRA_OK, "features: %s", message);
    if (after) after("after predicting from features");

    static const char nonsense[] = "{\"format\": [1, 2, {\"a\": 1e5}]}";
    KEEPING(status = CALL(spectra_model_load_memory)(nonsense, sizeof nonsense - 1, &none, message, sizeof message));
    CHECK(status != SPECTRA_OK, "nonsense");
    KEEPING(status = CALL(spectra_model_load_file)("/nonexistent", &none, message, sizeof message));
    CHECK(status == SPECTRA_ERROR_FILE, "a file that is not there");
    if (after) after("after models that failed");
    free(workspace);
    KEEPING(spectra_model_free(model));
    if (after) after("after freeing the model");
    return 1;
}

static void check_mappings(const char *when)
{
    char line[1200];
    FILE *maps = fopen("/proc/self/maps", "r");
    char self[500] = "";
    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) self[0] = '\0';
    while (maps && fgets(line, sizeof line, maps)) {
        char *file = strchr(line, '/');
        if (!file) continue;
        file[strcspn(file, "\n")] = '\0';
        CHECK(strstr(file, "swift") == NULL || strstr(file, "libspectra_infer") != NULL || strcmp(file, self) == 0, "%s: %s is mapped", when, file);
        if (strstr(file, ".so") == NULL) continue;
        const char *base = strrchr(file, '/') + 1;
        CHECK(strncmp(base, "libc.so", 7) == 0 || strncmp(base, "libm.so", 7) == 0 || strncmp(base, "ld-linux", 8) == 0
                  || strncmp(base, "libc-", 5) == 0 || strncmp(base, "libm-", 5) == 0 || strncmp(base, "ld-", 3) == 0
                  || strncmp(base, "libspectra_infer.so", 19) == 0,
              "%s: %s is mapped", when, file);
    }
    if (maps) fclose(maps);
}

/* ---------------------------------------------------------------- cases of their own process */

static void another_locale(long unused)
{
    (void)unused;
    if (!setlocale(LC_ALL, locale_name)) {
        CHECK(0, "no locale %s", locale_name);
        return;
    }
    char number[20];
    snprintf(number, sizeof number, "%.1f", 0.5);
    CHECK(number[1] == ',', "%s writes %s", locale_name, number);
    open_library();
    write_down(first);
    for (int which = 0; which < MODEL_COUNT; which++) {
        spectra_result result;
        if (!CHECK(use(which, &result, same), "%s does not load in %s", model_names[which], locale_name)) continue;
        CHECK(memcmp(&result, &expected[which], sizeof result) == 0, "%s: other bits in %s", model_names[which], locale_name);
    }
}

/* Hosts with another floating-point mode keep it, are not ended by their traps, and get the same bits as all others. */
static void another_mode(long mode)
{
    static const char *const names[] = { "rounding upwards", "rounding downwards", "rounding towards zero", "traps", "denormals as zero",
                                         "x87 of 24 bits", "all of it" };
    static const int roundings[] = { FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
    open_library();
    if (mode < 3) fesetround(roundings[mode]);
    if (mode == 6) fesetround(FE_UPWARD);
    if (mode == 3 || mode == 6) feenableexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
#if defined(__x86_64__)
    if (mode == 4 || mode == 6) _mm_setcsr(_mm_getcsr() | 0x8040); /* in and out */
    if (mode == 5 || mode == 6) {
        unsigned short word;
        __asm__ volatile("fnstcw %0" : "=m"(word));
        word &= (unsigned short)~0x300u;
        __asm__ volatile("fldcw %0" : : "m"(word));
    }
#endif
    write_down(first);
    for (int which = 0; which < MODEL_COUNT; which++) {
        spectra_result result;
        if (!CHECK(use(which, &result, same), "%s does not load with %s", model_names[which], names[mode])) continue;
        CHECK(memcmp(&result, &expected[which], sizeof result) == 0, "%s: other bits with %s", model_names[which], names[mode]);
    }
}

static size_t resident_pages(void)
{
    unsigned long pages = 0;
    malloc_trim(0); /* what is free and only kept at hand does not count */
    FILE *statm = fopen("/proc/self/statm", "r");
    if (!statm || fscanf(statm, "%*s %lu", &pages) != 1) pages = 0;
    if (statm) fclose(statm);
    return pages;
}

static size_t mapping_count(void)
{
    size_t lines = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    for (int c; maps && (c = fgetc(maps)) != EOF;) lines += c == '\n';
    if (maps) fclose(maps);
    return lines;
}

int main(int argc, char **argv)
{
    if (argc < 4) return 2;
    library_path = argv[1];
    models = argv[2];
    locale_name = argc > 4 ? argv[4] : NULL;
    good = quartz(argv[3], 0.1, 901, 4);
    setlocale(LC_ALL, "C");
    CHECK(isnan(NAN), "the tests were compiled without fast arithmetic");

    write_down(first);

    /* The first use of all, which may set things up. Whatever it prints goes to a file, which must stay empty. */
    FILE *printed = tmpfile();
    fflush(NULL);
    int out = dup(1), error = dup(2);
    if (!printed || dup2(fileno(printed), 1) < 0 || dup2(fileno(printed), 2) < 0) return 2;
    open_library();
    for (int which = 0; which < MODEL_COUNT; which++) use(which, &expected[which], NULL);
    fflush(NULL);
    long length = lseek(fileno(printed), 0, SEEK_END);
    char text[400] = "";
    if (length > 0 && pread(fileno(printed), text, sizeof text - 1, 0) < 0) text[0] = '\0';
    dup2(out, 1);
    dup2(error, 2);
    close(out);
    close(error);
    fclose(printed);
    CHECK(length == 0, "%ld bytes were printed: %s", length, text);
    same("after the first use");

    check_mappings("with the library");
    for (int which = 0; which < MODEL_COUNT; which++) {
        spectra_result result;
        CHECK(use(which, &result, same), "%s does not load", model_names[which]);
        CHECK(expected[which].status == SPECTRA_OK && memcmp(&result, &expected[which], sizeof result) == 0, "%s: other bits", model_names[which]);
    }
    dlclose(library);
    same("after closing the library");

    /* Opened, used and closed a thousand times: nothing grows. */
    struct mallinfo2 memory = { 0 };
    size_t mappings = 0, pages = 0;
    const int rounds = under_valgrind() ? 12 : 1000;
    for (int round = 0; round < rounds; round++) {
        open_library();
        spectra_result result;
        if (round % 50 == 0) {
            int which = round / 50 % MODEL_COUNT;
            CHECK(use(which, &result, NULL) && memcmp(&result, &expected[which], sizeof result) == 0, "round %d", round);
        }
        dlclose(library);
        if (round == rounds / 2) {
            memory = mallinfo2();
            mappings = mapping_count();
            pages = resident_pages();
        }
    }
    same("after opening and closing it a thousand times");
    /* What the allocator keeps at hand counts as used; an opening that leaks would leave more than 100 bytes each. */
    CHECK(mallinfo2().uordblks <= memory.uordblks + 32768, "memory grows from %zu to %zu", memory.uordblks, mallinfo2().uordblks);
    CHECK(mapping_count() <= mappings + 2, "mappings grow from %zu to %zu", mappings, mapping_count());
    CHECK(resident_pages() <= pages + 128, "resident memory grows from %zu to %zu pages", pages, resident_pages());

    if (!under_valgrind()) {
        shielded("floating-point modes", 7, another_mode);
        if (locale_name) shielded("a locale with a decimal comma", 1, another_locale);
        else printf("hygiene: SKIPPED: no locale with a decimal comma\n");
    }
    spectrum_free(&good);
    return finish("hygiene");
}
