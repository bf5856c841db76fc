/* replay.c - the inputs that a fuzz target keeps, once more, without libFuzzer: replay NAME FOLDER...
 *
 * Linked with fuzz/harness.c and one of fuzz/model.c and fuzz/predict.c. Each input runs in a process of its own
 * kind: a broken promise ends it, and is a failed check.
 */
#define _GNU_SOURCE
#include "../../fuzz/harness.h"
#include "support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char **paths;
static long count;

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void add_folder(const char *folder)
{
    DIR *directory = opendir(folder);
    if (!CHECK(directory != NULL, "%s cannot be read", folder)) return;
    long first = count;
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (entry->d_name[0] == '.') continue;
        paths = realloc(paths, (size_t)(count + 1) * sizeof *paths);
        if (asprintf(&paths[count++], "%s/%s", folder, entry->d_name) < 0) abort();
    }
    closedir(directory);
    CHECK(count > first, "%s is empty", folder);
    qsort(paths + first, (size_t)(count - first), sizeof *paths, by_name);
}

static void replay(long i)
{
    size_t size;
    unsigned char *bytes = read_file(paths[i], &size);
    if (!CHECK(bytes != NULL, "%s cannot be read", paths[i])) return;
    /* The process ends here where a promise is broken; the line before says which. */
    CHECK(LLVMFuzzerTestOneInput(bytes, size) == 0, "%s", paths[i]);
    guarded_free(bytes, size);
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    for (int i = 2; i < argc; i++) add_folder(argv[i]);
    shielded(argv[1], count, replay);
    return finish(argv[1]);
}
