/* quiet.c - that no predict function allocates, locks, starts a thread or makes a system call:
 * quiet MODEL_DIR DATA_DIR
 *
 * Every function that takes no part in loading or freeing a model is called in a process whose allocator and
 * locks count their calls, and which is trapped by the kernel (seccomp) at whatever system call it makes: the
 * call is not carried out, and its number is taken down. Already the first call of a function must be quiet.
 * Then the watch is watched: an allocation, a lock and system calls made on purpose must all be seen, among them
 * those that the library makes itself when it loads a model.
 */
#define _GNU_SOURCE
#include "support.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

enum { CHANNELS = 901, SPECTRA = 70, LOW_LOSS = 400, FEATURES = 4096 };

/* ---------------------------------------------------------------- what is counted */

/* Of one case, or of what is done on purpose; shared with the child. */
typedef struct counts {
    long allocations, locks, system_calls;
    int number; /* of the last system call */
    int fine;   /* that the calls returned what they should */
} counts;

static counts nowhere, *volatile now = &nowhere; /* volatile: a signal's handler reads it */

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

void *malloc(size_t size) { now->allocations++; return __libc_malloc(size); }
void *calloc(size_t count, size_t size) { now->allocations++; return __libc_calloc(count, size); }
void *realloc(void *block, size_t size) { now->allocations++; return __libc_realloc(block, size); }
void *memalign(size_t alignment, size_t size) { now->allocations++; return __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { now->allocations++; return __libc_memalign(alignment, size); }
void free(void *block) { now->allocations++; __libc_free(block); }

int posix_memalign(void **block, size_t alignment, size_t size)
{
    now->allocations++;
    *block = __libc_memalign(alignment, size);
    return *block ? 0 : ENOMEM;
}

/* Locks that nobody holds make no system call: they must be seen here. They are not taken; the process has one
   thread. */
#define LOCK(name, ...) \
    int name(__VA_ARGS__); \
    int name(__VA_ARGS__) { now->locks++; return 0; }
LOCK(pthread_mutex_lock, pthread_mutex_t *mutex __attribute__((unused)))
LOCK(pthread_mutex_trylock, pthread_mutex_t *mutex __attribute__((unused)))
LOCK(pthread_mutex_unlock, pthread_mutex_t *mutex __attribute__((unused)))
LOCK(pthread_rwlock_rdlock, pthread_rwlock_t *lock __attribute__((unused)))
LOCK(pthread_rwlock_wrlock, pthread_rwlock_t *lock __attribute__((unused)))
LOCK(pthread_rwlock_unlock, pthread_rwlock_t *lock __attribute__((unused)))
LOCK(pthread_spin_lock, pthread_spinlock_t *lock __attribute__((unused)))
LOCK(pthread_spin_unlock, pthread_spinlock_t *lock __attribute__((unused)))
LOCK(pthread_cond_signal, pthread_cond_t *condition __attribute__((unused)))
LOCK(pthread_cond_broadcast, pthread_cond_t *condition __attribute__((unused)))
LOCK(sem_wait, sem_t *semaphore __attribute__((unused)))
LOCK(sem_post, sem_t *semaphore __attribute__((unused)))

int pthread_once(pthread_once_t *once, void (*first)(void))
{
    now->locks++;
    if (*once == PTHREAD_ONCE_INIT) first();
    *once = PTHREAD_ONCE_INIT + 1;
    return 0;
}

/* ---------------------------------------------------------------- system calls */

static void trapped(int signal, siginfo_t *information, void *context)
{
    (void)signal;
    now->system_calls++;
    now->number = information->si_syscall;
#if defined(__x86_64__)
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_RAX] = -ENOSYS;
#else
    (void)context;
#endif
}

/* From here on the process may end and return from a signal's handler. Any other system call is trapped. */
static int trap_system_calls(void)
{
    struct sigaction action = { .sa_sigaction = trapped, .sa_flags = SA_SIGINFO };
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = { sizeof rules / sizeof *rules, rules };
    return sigaction(SIGSYS, &action, NULL) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/* ---------------------------------------------------------------- every function */

static spectra_model *model;
static spectra_model_info info;
static spectra_options options;
static spectrum good;
static double low_loss_energy[LOW_LOSS];
static float low_loss[LOW_LOSS], background[CHANNELS];
static float *spoiled;          /* NaN in one channel */
static float *image;            /* SPECTRA spectra, channel by channel */
static float features[SPECTRA * FEATURES];
static spectra_result results[SPECTRA], result;
static spectra_neighbor neighbors[FEATURES];
static void *workspace;
static size_t size;
static char message[SPECTRA_MESSAGE_CAPACITY];

static spectra_status predict(const float *counts, size_t channels, const spectra_options *how)
{
    result.struct_size = sizeof result;
    return spectra_predict(model, workspace, size, good.energy, counts, channels, how, &result, message, sizeof message);
}

static int predict_one(void) { return predict(good.counts, CHANNELS, &options) == SPECTRA_OK; }
static int predict_nan(void) { return predict(spoiled, CHANNELS, &options) == SPECTRA_ERROR_NOT_FINITE; }
static int predict_few_channels(void) { return predict(good.counts, 10, &options) != SPECTRA_OK; }
static int predict_no_channels(void) { return predict(good.counts, 0, &options) != SPECTRA_OK; }
static int predict_no_edge(void) { return predict(background, CHANNELS, &options) != SPECTRA_OK; }
static int predict_nothing(void) { return spectra_predict(NULL, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL, 0) != SPECTRA_OK; }

static int predict_no_workspace(void)
{
    return spectra_predict(model, workspace, 1, good.energy, good.counts, CHANNELS, &options, &result, message, sizeof message)
        == SPECTRA_ERROR_WORKSPACE;
}

static int predict_without_options(void)
{
    return (predict(good.counts, CHANNELS, NULL) == SPECTRA_OK) == (info.alignment == SPECTRA_ALIGNMENT_EDGE);
}

static int predict_wrong_option(void)
{
    spectra_options how = options;
    how.spikes = (spectra_spikes)9;
    return predict(good.counts, CHANNELS, &how) == SPECTRA_ERROR_OPTION;
}

static int predict_with_everything(void)
{
    spectra_options how = options;
    how.spikes = SPECTRA_SPIKES_REPLACE;
    how.calibration_point_count = 2;
    how.calibration_measured_ev[0] = how.calibration_true_ev[0] = 500;
    how.calibration_measured_ev[1] = how.calibration_true_ev[1] = 540;
    how.axis_error_ev = 0.1;
    how.variance = background;
    return predict(good.counts, CHANNELS, &how) == SPECTRA_OK;
}

static int predict_with_low_loss(void)
{
    spectra_options how = options;
    how.low_loss_energy_ev = low_loss_energy;
    how.low_loss_intensity = low_loss;
    how.low_loss_count = LOW_LOSS;
    how.low_loss_use = SPECTRA_LOW_LOSS_ALIGN | SPECTRA_LOW_LOSS_RESOLUTION | SPECTRA_LOW_LOSS_DECONVOLVE;
    return predict(good.counts, CHANNELS, &how) == SPECTRA_OK;
}

static int predict_with_resolution(void)
{
    spectra_options how = options;
    how.resolution_fwhm_ev = 0.15;
    how.noise_gain = 1;
    return predict(good.counts, CHANNELS, &how) == SPECTRA_OK;
}

/* All spectra, or the first one, of the image, channel by channel; of those that are alike, side by side. */
static int batch(const float *intensity, size_t count, ptrdiff_t spectrum_stride, ptrdiff_t channel_stride, size_t channels)
{
    return spectra_predict_batch(model, workspace, size, good.energy, channels, intensity, count, spectrum_stride, channel_stride,
                                 &options, results, sizeof *results, message, sizeof message) == SPECTRA_OK;
}

static int predict_batch(void) { return batch(image, SPECTRA, 1, SPECTRA, CHANNELS) && results[SPECTRA - 1].status == SPECTRA_OK; }
static int predict_batch_of_one(void) { return batch(image, 1, 1, SPECTRA, CHANNELS) && results[0].status == SPECTRA_OK; }
static int predict_batch_sliding(void) { return batch(good.counts, 4, 1, 1, CHANNELS - 3) && results[0].status == SPECTRA_OK; }
static int predict_batch_spoiled(void) { return batch(spoiled, 4, 1, 1, CHANNELS - 3) && results[0].status != SPECTRA_OK; }
static int predict_batch_of_none(void) { return !batch(image, 0, 1, SPECTRA, CHANNELS); }

static spectra_status preprocess(const float *counts)
{
    spectra_preparation preparation = { .struct_size = sizeof preparation };
    return spectra_preprocess(model, workspace, size, good.energy, counts, CHANNELS, &options, features, FEATURES, &preparation,
                              message, sizeof message);
}

static int preprocess_one(void) { return preprocess(good.counts) == SPECTRA_OK; }
static int preprocess_nan(void) { return preprocess(spoiled) == SPECTRA_ERROR_NOT_FINITE; }

static int predict_features(size_t count)
{
    return spectra_predict_features(model, workspace, size, features, info.feature_count, count, (ptrdiff_t)info.feature_count,
                                    results, sizeof *results, message, sizeof message) == SPECTRA_OK
        && results[count - 1].status == SPECTRA_OK;
}

static int predict_features_one(void) { return predict_features(1); }
static int predict_features_few(void) { return predict_features(5); }
static int predict_features_many(void) { return predict_features(SPECTRA); }

static int find_neighbors(size_t capacity)
{
    size_t found = 0;
    return spectra_find_neighbors(model, features, info.feature_count, neighbors, capacity, &found, message, sizeof message) == SPECTRA_OK
        && found == (capacity < info.reference_count ? capacity : info.reference_count);
}

static int find_neighbors_one(void) { return find_neighbors(1); }
static int find_neighbors_all(void) { return find_neighbors(FEATURES); }

static int describe_model(void)
{
    spectra_model_info about = { .struct_size = sizeof about };
    spectra_reference reference = { .struct_size = sizeof reference };
    return spectra_model_get_info(model, &about) == SPECTRA_OK && spectra_model_get_reference(model, 0, &reference) == SPECTRA_OK
        && spectra_model_get_reference(model, about.reference_count, &reference) == SPECTRA_ERROR_COUNT
        && spectra_model_card(model)[0] == '{' && spectra_workspace_size(model, CHANNELS) <= size;
}

static int describe_library(void)
{
    spectra_options fresh;
    spectra_options_init(&fresh);
    return spectra_version_number() == SPECTRA_VERSION_NUMBER && spectra_version_string()[0] != 0 && spectra_model_format_max() >= 1
        && spectra_status_name(SPECTRA_ERROR_AXIS)[0] != 0 && spectra_status_text(SPECTRA_ERROR_AXIS)[0] != 0
        && spectra_property_name(0)[0] != 0 && spectra_property_unit(0)[0] != 0 && spectra_flag_text(1)[0] != 0
        && fresh.struct_size == sizeof fresh;
}

#define CASE(function) { #function, function }
static const struct {
    const char *name;
    int (*run)(void);
} cases[] = {
    CASE(predict_one), CASE(predict_nan), CASE(predict_few_channels), CASE(predict_no_channels), CASE(predict_no_edge),
    CASE(predict_nothing), CASE(predict_no_workspace), CASE(predict_without_options), CASE(predict_wrong_option),
    CASE(predict_with_everything), CASE(predict_with_low_loss), CASE(predict_with_resolution), CASE(predict_batch),
    CASE(predict_batch_of_one), CASE(predict_batch_sliding), CASE(predict_batch_spoiled), CASE(predict_batch_of_none),
    CASE(preprocess_one), CASE(preprocess_nan), CASE(predict_features_one), CASE(predict_features_few),
    CASE(predict_features_many), CASE(find_neighbors_one), CASE(find_neighbors_all), CASE(describe_model),
    CASE(describe_library),
};
enum { CASES = sizeof cases / sizeof *cases, ALLOCATION = CASES, LOCKING, SYSTEM_CALL, LOADING, COUNTS };

/* ---------------------------------------------------------------- the watch */

static char model_file[1000];

/* What the watch must see. Through pointers: the compiler may leave out what it knows. */
static void break_every_rule(counts *seen)
{
    void *(*volatile allocate)(size_t) = malloc;
    int (*volatile lock)(pthread_mutex_t *) = pthread_mutex_lock;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    spectra_model *loaded = NULL;
    now = &seen[ALLOCATION];
    free(allocate(1));
    now = &seen[LOCKING];
    lock(&mutex);
    now = &seen[SYSTEM_CALL];
    syscall(SYS_getpid);
    now = &seen[LOADING];
    now->fine = spectra_model_load_file(model_file, &loaded, message, sizeof message) == SPECTRA_ERROR_FILE;
}

static void run_watched(const char *name)
{
    counts *seen = mmap(NULL, COUNTS * sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (seen == MAP_FAILED) abort();
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        if (!trap_system_calls()) _exit(77);
        for (int c = 0; c < CASES; c++) {
            now = &seen[c];
            now->fine = 1;
            for (int i = 0; i < 20; i++) now->fine = cases[c].run() && now->fine;
        }
        break_every_rule(seen);
        now = &nowhere;
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        printf("quiet: SKIPPED: no seccomp filter here, so that nothing is watched\n");
        return;
    }
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: the process ended with wait status 0x%x", name, status);
    for (int c = 0; c < CASES; c++) {
        CHECK(seen[c].fine, "%s, %s: another result than expected", name, cases[c].name);
        CHECK(seen[c].allocations == 0, "%s, %s: %ld allocations", name, cases[c].name, seen[c].allocations);
        CHECK(seen[c].locks == 0, "%s, %s: %ld locks", name, cases[c].name, seen[c].locks);
        CHECK(seen[c].system_calls == 0, "%s, %s: %ld system calls, the last one number %d", name, cases[c].name,
              seen[c].system_calls, seen[c].number);
    }
    CHECK(seen[ALLOCATION].allocations == 2, "malloc and free are not counted");
    CHECK(seen[LOCKING].locks == 1, "pthread_mutex_lock is not counted");
    CHECK(seen[SYSTEM_CALL].system_calls == 1 && seen[SYSTEM_CALL].number == SYS_getpid, "getpid is not trapped once: %ld calls, the last one number %d",
          seen[SYSTEM_CALL].system_calls, seen[SYSTEM_CALL].number);
    CHECK(seen[LOADING].fine && seen[LOADING].system_calls > 0, "what the library asks of the kernel is not trapped");
    munmap(seen, COUNTS * sizeof *seen);
}

/* The library's own calls reach the allocator of this program: loading must be seen. */
static spectra_model *load_counted(const char *directory, int which)
{
    counts loading = { 0 };
    now = &loading;
    spectra_model *loaded = load(directory, which);
    now = &nowhere;
    CHECK(loading.allocations > 0, "%s: the library's allocations are not counted", model_names[which]);
    return loaded;
}

static void make_spectra(const char *data)
{
    good = quartz(data, 0.1, CHANNELS, 3);
    spoiled = malloc(CHANNELS * sizeof *spoiled);
    image = malloc(SPECTRA * CHANNELS * sizeof *image);
    for (size_t c = 0; c < CHANNELS; c++) {
        background[c] = (float)(20000 * pow(good.energy[c] / 500, -3)); /* without an edge; a variance as well */
        spoiled[c] = c == CHANNELS / 2 ? NAN : good.counts[c];
        for (size_t s = 0; s < SPECTRA; s++) image[c * SPECTRA + s] = good.counts[c] * (1 + 0.001f * (float)s);
    }
    for (size_t c = 0; c < LOW_LOSS; c++) {
        low_loss_energy[c] = -5 + 0.1 * (double)c;
        low_loss[c] = (float)(1e6 * exp(-0.5 * pow(low_loss_energy[c] / 0.15, 2)) + 1e3 * exp(-0.5 * pow((low_loss_energy[c] - 20) / 4, 2)));
    }
    options = quartz_options();
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    make_spectra(argv[2]);
    for (int which = 0; which < MODEL_COUNT; which++) {
        model = load_counted(argv[1], which);
        if (!model) continue;
        info.struct_size = sizeof info;
        CHECK(spectra_model_get_info(model, &info) == SPECTRA_OK, "%s", model_names[which]);
        CHECK(info.feature_count <= FEATURES, "%s", model_names[which]);
        for (size_t s = 0; s < SPECTRA; s++) {
            spectra_reference reference = { .struct_size = sizeof reference };
            CHECK(spectra_model_get_reference(model, s, &reference) == SPECTRA_OK, "%s", model_names[which]);
            memcpy(features + s * info.feature_count, reference.features, info.feature_count * sizeof *features);
        }
        workspace = new_workspace(model, CHANNELS, &size);
        snprintf(model_file, sizeof model_file, "%s", model_path(argv[1], which));
        run_watched(model_names[which]);
        guarded_free(workspace, size);
        spectra_model_free(model);
    }
    spectrum_free(&good);
    free(spoiled);
    free(image);
    return finish("quiet");
}
