/* openvino.c - OpenVINO through its C interface, on one thread, with inputs and outputs of our own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "contender.h"

#include <dlfcn.h>
#include <stdlib.h>

enum { FLOAT32 = 4 }; /* of ov_element_type_e */

typedef struct shape {
    int64_t rank;
    int64_t *dimensions;
} shape;

typedef struct request {
    void *request, **inputs;
    int (*set_input)(void *request, size_t index, void *tensor);
    int (*infer)(void *request);
    size_t count, next;
} request;

static void must(int status)
{
    if (status != 0) give_up("OpenVINO: status %d", status);
}

static void infer(void *state)
{
    request *r = state;
    if (r->count > 1) must(r->set_input(r->request, 0, r->inputs[r->next]));
    must(r->infer(r->request));
    r->next = r->next + 1 == r->count ? 0 : r->next + 1;
}

static void *symbol(void *library, const char *name)
{
    void *found = dlsym(library, name);
    if (!found) give_up("%s", dlerror());
    return found;
}

/* What the process holds of OpenVINO ends with the process. */
static void end(void *state) { free(state); }

/* As bench_onnx_runtime(). `precision` is that of the products, "f32" or "bf16"; inputs and outputs are floats. */
contender *bench_openvino(const char *library, const char *path, float *inputs, size_t batches, size_t batch, size_t features,
                          float *outputs, const char *precision)
{
    void *opened = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (!opened) give_up("%s", dlerror());
    int (*create)(void **) = (int (*)(void **))symbol(opened, "ov_core_create");
    int (*read)(void *, const char *, const char *, void **) =
        (int (*)(void *, const char *, const char *, void **))symbol(opened, "ov_core_read_model");
    int (*compile)(void *, void *, const char *, size_t, void **, ...) =
        (int (*)(void *, void *, const char *, size_t, void **, ...))symbol(opened, "ov_core_compile_model");
    int (*make_request)(void *, void **) = (int (*)(void *, void **))symbol(opened, "ov_compiled_model_create_infer_request");
    int (*tensor)(int, shape, void *, void **) = (int (*)(int, shape, void *, void **))symbol(opened, "ov_tensor_create_from_host_ptr");
    int (*set_output)(void *, size_t, void *) =
        (int (*)(void *, size_t, void *))symbol(opened, "ov_infer_request_set_output_tensor_by_index");

    request *r = aligned(sizeof *r);
    r->set_input = (int (*)(void *, size_t, void *))symbol(opened, "ov_infer_request_set_input_tensor_by_index");
    r->infer = (int (*)(void *))symbol(opened, "ov_infer_request_infer");
    static void *core;
    void *model, *compiled, *output;
    if (!core) must(create(&core));
    must(read(core, path, NULL, &model));
    must(compile(core, model, "CPU", 8, &compiled, "INFERENCE_NUM_THREADS", "1", "NUM_STREAMS", "1", "INFERENCE_PRECISION_HINT",
                 precision, "PERFORMANCE_HINT", "LATENCY"));
    must(make_request(compiled, &r->request));
    int64_t input_dimensions[2] = { (int64_t)batch, (int64_t)features }, output_dimensions[2] = { (int64_t)batch, 6 };
    r->inputs = aligned(batches * sizeof *r->inputs);
    for (size_t i = 0; i < batches; i++)
        must(tensor(FLOAT32, (shape){ 2, input_dimensions }, inputs + i * batch * features, &r->inputs[i]));
    must(tensor(FLOAT32, (shape){ 2, output_dimensions }, outputs, &output));
    must(r->set_input(r->request, 0, r->inputs[0]));
    must(set_output(r->request, 0, output));
    r->count = batches;
    r->next = 0;
    return contender_of(infer, r, end);
}
