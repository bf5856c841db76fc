/* load.c - loading a model and freeing it again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "contender.h"

#include <spectra_infer.h>

#include <stdlib.h>
#include <string.h>

static void load(void *path)
{
    char message[SPECTRA_MESSAGE_CAPACITY];
    spectra_model *model;
    if (spectra_model_load_file(path, &model, message, sizeof message) != SPECTRA_OK) give_up("SpectraInfer: %s", message);
    spectra_model_free(model);
}

contender *bench_spectra_load(const char *path) { return contender_of(load, strdup(path), free); }

/* Loads a model and keeps it: what it takes is to be seen in the process's memory. */
void bench_spectra_keep(const char *path)
{
    char message[SPECTRA_MESSAGE_CAPACITY];
    spectra_model *model;
    if (spectra_model_load_file(path, &model, message, sizeof message) != SPECTRA_OK) give_up("SpectraInfer: %s", message);
}
