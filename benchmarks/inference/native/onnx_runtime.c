/* onnx_runtime.c - ONNX Runtime through its C interface, on one thread, with inputs and outputs of our own.
 *
 * The wheel of PyPI holds the library but not its header. The interface is a table of functions whose order
 * never changes; the few that are needed are called by their places in it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "contender.h"

#include <dlfcn.h>
#include <stdlib.h>

enum {
    ERROR_MESSAGE = 2, CREATE_ENVIRONMENT = 3, CREATE_SESSION = 7, RUN = 9, CREATE_SESSION_OPTIONS = 10,
    SET_OPTIMIZATION = 23, SET_INNER_THREADS = 24, SET_OUTER_THREADS = 25, CREATE_TENSOR = 49, CREATE_CPU_MEMORY_INFO = 69
};
enum { API_VERSION = 17, WARNING = 2, ALL_OPTIMIZATIONS = 99, FLOAT = 1, ARENA_ALLOCATOR = 1, DEFAULT_MEMORY = 0 };

typedef void (*function)(void); /* cast to what the manual says; a status that is returned is NULL where all is well */
typedef struct base {
    const function *(*get_interface)(uint32_t version);
    const char *(*version)(void);
} base;

typedef struct session {
    const function *api;
    void *session, **inputs, *output;
    size_t count, next;
} session;

static void must(const function *api, void *status)
{
    if (status) give_up("ONNX Runtime: %s", ((const char *(*)(void *))api[ERROR_MESSAGE])(status));
}

static void run(void *state)
{
    session *s = state;
    const char *const input = "x", *const output = "y";
    void *status = ((void *(*)(void *, void *, const char *const *, void *const *, size_t, const char *const *, size_t,
                               void **))s->api[RUN])(s->session, NULL, &input, &s->inputs[s->next], 1, &output, 1, &s->output);
    must(s->api, status);
    s->next = s->next + 1 == s->count ? 0 : s->next + 1;
}

/* What the process holds of ONNX Runtime ends with the process. */
static void end(void *state) { free(state); }

/* `inputs` batches of `batch` spectra of `features`, in turns; the outputs go to `outputs`, of 6 each. */
contender *bench_onnx_runtime(const char *library, const char *path, float *inputs, size_t batches, size_t batch,
                              size_t features, float *outputs)
{
    void *opened = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (!opened) give_up("%s", dlerror());
    const base *(*get_base)(void) = (const base *(*)(void))dlsym(opened, "OrtGetApiBase");
    if (!get_base) give_up("%s", dlerror());
    session *s = aligned(sizeof *s);
    const function *api = s->api = get_base()->get_interface(API_VERSION);
    if (!api) give_up("ONNX Runtime does not know version %d of its interface", API_VERSION);

    static void *environment;
    void *options, *memory;
    if (!environment) must(api, ((void *(*)(int, const char *, void **))api[CREATE_ENVIRONMENT])(WARNING, "bench", &environment));
    must(api, ((void *(*)(void **))api[CREATE_SESSION_OPTIONS])(&options));
    must(api, ((void *(*)(void *, int))api[SET_OPTIMIZATION])(options, ALL_OPTIMIZATIONS));
    must(api, ((void *(*)(void *, int))api[SET_INNER_THREADS])(options, 1));
    must(api, ((void *(*)(void *, int))api[SET_OUTER_THREADS])(options, 1));
    must(api, ((void *(*)(void *, const char *, void *, void **))api[CREATE_SESSION])(environment, path, options, &s->session));
    must(api, ((void *(*)(int, int, void **))api[CREATE_CPU_MEMORY_INFO])(ARENA_ALLOCATOR, DEFAULT_MEMORY, &memory));

    void *(*tensor)(void *, void *, size_t, const int64_t *, size_t, int, void **) =
        (void *(*)(void *, void *, size_t, const int64_t *, size_t, int, void **))api[CREATE_TENSOR];
    const int64_t input_shape[2] = { (int64_t)batch, (int64_t)features }, output_shape[2] = { (int64_t)batch, 6 };
    s->inputs = aligned(batches * sizeof *s->inputs);
    for (size_t i = 0; i < batches; i++)
        must(api, tensor(memory, inputs + i * batch * features, batch * features * sizeof(float), input_shape, 2, FLOAT,
                         &s->inputs[i]));
    must(api, tensor(memory, outputs, batch * 6 * sizeof(float), output_shape, 2, FLOAT, &s->output));
    s->count = batches;
    s->next = 0;
    return contender_of(run, s, end);
}
