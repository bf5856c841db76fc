/* embed.c - a C program that embeds Python, whose workers are forks of it: embed LIBRARY.so MODEL_DIR DATA_DIR
 *
 * The program predicts first. Then Python opens the same library by ctypes, is handed the model, and forks workers;
 * all of them, and the program afterwards, must get the same bits.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 901 };

static const char script[] =
    "import ctypes, multiprocessing, os\n"
    "library = ctypes.CDLL(path)\n"
    "library.spectra_workspace_size.restype = ctypes.c_size_t\n"
    "library.spectra_workspace_size.argtypes = [ctypes.c_void_p, ctypes.c_size_t]\n"
    "library.spectra_model_free.argtypes = [ctypes.c_void_p]\n"
    "energy = (ctypes.c_double * channels).from_address(energies)\n"
    "counts = (ctypes.c_float * channels).from_address(intensities)\n"
    "def predict(pointer):\n"
    "    size = library.spectra_workspace_size(pointer, channels)\n"
    "    workspace = ctypes.create_string_buffer(size)\n"
    "    result = ctypes.create_string_buffer(result_size)\n"
    "    ctypes.memmove(result, ctypes.byref(ctypes.c_uint32(result_size)), 4)\n"
    "    status = library.spectra_predict(ctypes.c_void_p(pointer), workspace, ctypes.c_size_t(size), energy, counts,\n"
    "        ctypes.c_size_t(channels), ctypes.c_void_p(options), result, None, ctypes.c_size_t(0))\n"
    "    assert status == 0, status\n"
    "    return result.raw\n"
    "def load():\n"
    "    pointer = ctypes.c_void_p()\n"
    "    assert library.spectra_model_load_file(os.fsencode(model_path), ctypes.byref(pointer), None, ctypes.c_size_t(0)) == 0\n"
    "    return pointer.value\n"
    "def work(number):\n"
    "    if number % 4 == 0:\n"
    "        own = load()\n"
    "        answer = predict(own)\n"
    "        library.spectra_model_free(own)\n"
    "        return os.getpid(), answer\n"
    "    return os.getpid(), predict(model)\n"
    "alone = predict(model)\n"
    "with multiprocessing.get_context('fork').Pool(3) as pool:\n"
    "    answers = pool.map(work, range(24), chunksize=1)\n"
    "same = alone == expected and predict(model) == expected and all(a == expected for _, a in answers)\n"
    "in_children = all(child != os.getpid() for child, _ in answers)\n";

static void set(PyObject *names, const char *name, PyObject *value)
{
    if (value) PyDict_SetItemString(names, name, value);
    Py_XDECREF(value);
}

int main(int argc, char **argv)
{
    if (argc < 4) return 2;
    spectrum good = quartz(argv[3], 0.1, CHANNELS, 4);
    spectra_options options = quartz_options();
    spectra_model *model = load(argv[2], 0);
    size_t size;
    void *workspace = new_workspace(model, CHANNELS, &size);
    spectra_result expected, again;
    memset(&expected, 0, sizeof expected);
    expected.struct_size = sizeof expected;
    CHECK(spectra_predict(model, workspace, size, good.energy, good.counts, CHANNELS, &options, &expected, NULL, 0) == SPECTRA_OK, "alone");

    Py_InitializeEx(0);
    PyObject *names = PyModule_GetDict(PyImport_AddModule("__main__"));
    set(names, "path", PyUnicode_DecodeFSDefault(argv[1]));
    set(names, "model_path", PyUnicode_DecodeFSDefault(model_path(argv[2], 0)));
    set(names, "model", PyLong_FromVoidPtr(model));
    set(names, "options", PyLong_FromVoidPtr(&options));
    set(names, "energies", PyLong_FromVoidPtr(good.energy));
    set(names, "intensities", PyLong_FromVoidPtr(good.counts));
    set(names, "channels", PyLong_FromLong(CHANNELS));
    set(names, "result_size", PyLong_FromSize_t(sizeof expected));
    set(names, "expected", PyBytes_FromStringAndSize((const char *)&expected, sizeof expected));
    CHECK(PyRun_SimpleString(script) == 0, "Python's part failed");
    PyObject *same = PyDict_GetItemString(names, "same"), *in_children = PyDict_GetItemString(names, "in_children");
    CHECK(same == Py_True, "Python and its workers get the same bits");
    CHECK(in_children == Py_True, "the workers are processes of their own");
    CHECK(Py_FinalizeEx() == 0, "Python ends");

    memset(&again, 0, sizeof again);
    again.struct_size = sizeof again;
    CHECK(spectra_predict(model, workspace, size, good.energy, good.counts, CHANNELS, &options, &again, NULL, 0) == SPECTRA_OK
              && memcmp(&again, &expected, sizeof again) == 0, "the same bits after Python");
    guarded_free(workspace, size);
    spectra_model_free(model);
    spectrum_free(&good);
    return finish("embed");
}
