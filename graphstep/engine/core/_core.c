/* Made by python -m tests.core_source out of the rows of gates. Change those, or what is around them there. */

#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <float.h>
#include <math.h>
#include <stdint.h>

#if FLT_EVAL_METHOD != 0
#error "this machine keeps more digits of a double than it stores"
#endif

/* What NumPy, and so the tape, makes of the zeros 0 and -0, of which neither is larger; by its first: 0, -0. */
static double larger_zero[2], smaller_zero[2];

static inline double gate_maximum(double x, double y)
{
    if (x > y) return x;
    if (y > x) return y;
    if (x != y) return NAN;
    return x != 0 || !signbit(x) == !signbit(y) ? x : larger_zero[!!signbit(x)];
}

static inline double gate_minimum(double x, double y)
{
    if (x < y) return x;
    if (y < x) return y;
    if (x != y) return NAN;
    return x != 0 || !signbit(x) == !signbit(y) ? x : smaller_zero[!!signbit(x)];
}

static inline double gate_abs(double x) { return fabs(x); }
static inline double gate_sqrt(double x) { return sqrt(x); }
static inline double gate_floor(double x) { return floor(x); }
static inline double gate_ceil(double x) { return ceil(x); }
static inline double gate_round(double x) { return rint(x); }
static inline double gate_sign(double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : x == 0 ? 0.0 : x; }
static inline double gate_pow(double x, double y) { return y == 2 ? x * x : pow(x, y); }

/* Each operation by its expression, in the order of the cases in `forward`. */
static const char *const expressions[] = {
    "(x0 + x1)",
    "(x0 - x1)",
    "(x0 * x1)",
    "(x0 / x1)",
    "(-x0)",
    "(1.0 / x0)",
    "x0",
    "gate_pow(x0, x1)",
    "(x0 * x0)",
    "gate_sqrt(x0)",
    "gate_maximum(x0, x1)",
    "gate_minimum(x0, x1)",
    "gate_minimum(gate_maximum(x0, x1), x2)",
    "gate_abs(x0)",
    "gate_sign(x0)",
    "((x0 < x1) ? 1.0 : 0.0)",
    "((x0 <= x1) ? 1.0 : 0.0)",
    "((x0 > x1) ? 1.0 : 0.0)",
    "((x0 >= x1) ? 1.0 : 0.0)",
    "((x0 == x1) ? 1.0 : 0.0)",
    "((x0 != x1) ? 1.0 : 0.0)",
    "((x0 != 0.0) ? x1 : x2)",
    "gate_floor(x0)",
    "gate_ceil(x0)",
    "gate_round(x0)",
    "gate_maximum(0.0, x0)",
    "((x0 > 0.0) ? x0 : (x1 * x0))",
};
enum { OPERATIONS = sizeof expressions / sizeof *expressions };

/* The numbers of an array of one format; -1 with an error set. */
static int numbers_of(PyObject *object, char format, Py_ssize_t size, int writable, Py_buffer *view)
{
    if (PyObject_GetBuffer(object, view, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | (writable ? PyBUF_WRITABLE : 0))) return -1;
    if (view->itemsize != size || !view->format || view->format[0] != format || view->format[1]) {
        PyBuffer_Release(view);
        PyErr_SetString(PyExc_ValueError, "an array holds numbers of another type");
        return -1;
    }
    return 0;
}

/* What a function of Python makes of some cells; -1 with an error set. */
static int called(PyObject *functions, const double *cells, const int32_t *word, double *value)
{
    PyObject *arguments = PyTuple_New(word[3]), *result = NULL;
    if (!arguments) return -1;
    for (int32_t slot = 0; slot < word[3]; slot++) {
        PyObject *number = PyFloat_FromDouble(cells[word[4 + slot]]);
        if (!number || PyTuple_SetItem(arguments, slot, number)) {
            Py_DECREF(arguments);
            return -1;
        }
    }
    result = PyObject_CallObject(PyTuple_GetItem(functions, word[2]), arguments);
    Py_DECREF(arguments);
    if (!result) return -1;
    *value = PyFloat_AsDouble(result);
    Py_DECREF(result);
    return *value == -1.0 && PyErr_Occurred() ? -1 : 0;
}

#include "_arrays.h"

#define IN(place) ((uint32_t)(place) < count)
#define HAS(words) if (end - word < (words)) goto wrong
#define PUT(value, words) do { cells[word[1]] = (value); word += (words); } while (0)

/* forward(cells, code, functions): compute gates, one after the other. A gate is its operation, the cell that it writes, and the
   cells that it reads. The operation behind the last one calls a function; the words behind the cell that it writes are the
   function, how many cells it reads, and these. */
static PyObject *forward(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *cells_, *code_, *functions, *result = NULL;
    Py_buffer cells_view, code_view;
    if (!PyArg_ParseTuple(arguments, "OOO!", &cells_, &code_, &PyTuple_Type, &functions)) return NULL;
    if (numbers_of(cells_, 'd', sizeof(double), 1, &cells_view)) return NULL;
    if (numbers_of(code_, 'i', sizeof(int32_t), 0, &code_view)) {
        PyBuffer_Release(&cells_view);
        return NULL;
    }
    double *const cells = cells_view.buf;
    const size_t count = (size_t)cells_view.len / sizeof(double);
    const int32_t *word = code_view.buf;
    const int32_t *const end = word + (size_t)code_view.len / sizeof(int32_t);
    while (word < end) {
        HAS(2);
        if (!IN(word[1])) goto wrong;
        switch (word[0]) {
        case 0:
            HAS(4);
            if (!IN(word[2]) || !IN(word[3])) goto wrong;
            PUT((cells[word[2]] + cells[word[3]]), 4);
            break;
        case 1:
            HAS(4);
            if (!IN(word[2]) || !IN(word[3])) goto wrong;
            PUT((cells[word[2]] - cells[word[3]]), 4);
            break;
        case 2:
            HAS(4);
            if (!IN(word[2]) || !IN(word[3])) goto wrong;
            PUT((cells[word[2]] * cells[word[3]]), 4);
            break;
        case 3:
            HAS(4);
            if (!IN(word[2]) || !IN(word[3])) goto wrong;
            PUT((cells[word[2]] / cells[word[3]]), 4);
            break;
        case 4:
            HAS(3);
            if (!IN(word[2])) goto wrong;
            PUT((-cells[word[2]]), 3);
            break;
        case 5:
            HAS(3);
            if (!IN(word[2])) goto wrong;
            PUT((1.0 / cells[word[2]]), 3);
            break;
        case 6:
            HAS(3);
            if (!IN(word[2])) goto wrong;
            PUT(cells[word[2]], 3);
            break;
        case 7:
            HAS(4);
            if (!IN(word[2]) || !IN(word[3])) goto wrong;
            PUT(gate_pow(cells[word[2]], cells[word[3]]), 4);
            break;
        case 8:
            HAS(3);
            if (!IN(word[2])) goto wrong;
            PUT((cells[word[2]] * cells[word[2]]), 3);
            break;
        case 9:
            HAS(3);
            if (!IN(word[2])) goto wrong;
            PUT(gate_sqrt(cells[word[2]]), 3);
            break;
        case 10:
            HAS(4);
            if (!IN(word[2]) || !IN(word[3])) goto wrong;
            PUT(gate_maximum(cells[word[2]], cells[word[3]]), 4);
            break;
        case 11:
            HAS(4);
            if (!IN(word[2]) || !IN(word[3])) goto wrong;
            PUT(gate_minimum(cells[word[2]], cells[word[3]]), 4);
            break;
        case 12:
            HAS(5);
            if (!IN(word[2]) || !IN(word[3]) || !IN(word[4])) goto wrong;
            PUT(gate_minimum(gate_maximum(cells[word[2]], cells[word[3]]), cells[word[4]]), 5);
            break;
        case 13:
            HAS(3);
            if (!IN(word[2])) goto wrong;
            PUT(gate_abs(cells[word[2]]), 3);
            break;
        case 14:
            HAS(3);
            if (!IN(word[2])) goto wrong;
            PUT(gate_sign(cells[word[2]]), 3);
            break;
        case 15:
            HAS(4);
            if (!IN(word[2]) || !IN(word[3])) goto wrong;
            PUT(((cells[word[2]] < cells[word[3]]) ? 1.0 : 0.0), 4);
            break;
        case 16:
            HAS(4);
            if (!IN(word[2]) || !IN(word[3])) goto wrong;
            PUT(((cells[word[2]] <= cells[word[3]]) ? 1.0 : 0.0), 4);
            break;
        case 17:
            HAS(4);
            if (!IN(word[2]) || !IN(word[3])) goto wrong;
            PUT(((cells[word[2]] > cells[word[3]]) ? 1.0 : 0.0), 4);
            break;
        case 18:
            HAS(4);
            if (!IN(word[2]) || !IN(word[3])) goto wrong;
            PUT(((cells[word[2]] >= cells[word[3]]) ? 1.0 : 0.0), 4);
            break;
        case 19:
            HAS(4);
            if (!IN(word[2]) || !IN(word[3])) goto wrong;
            PUT(((cells[word[2]] == cells[word[3]]) ? 1.0 : 0.0), 4);
            break;
        case 20:
            HAS(4);
            if (!IN(word[2]) || !IN(word[3])) goto wrong;
            PUT(((cells[word[2]] != cells[word[3]]) ? 1.0 : 0.0), 4);
            break;
        case 21:
            HAS(5);
            if (!IN(word[2]) || !IN(word[3]) || !IN(word[4])) goto wrong;
            PUT(((cells[word[2]] != 0.0) ? cells[word[3]] : cells[word[4]]), 5);
            break;
        case 22:
            HAS(3);
            if (!IN(word[2])) goto wrong;
            PUT(gate_floor(cells[word[2]]), 3);
            break;
        case 23:
            HAS(3);
            if (!IN(word[2])) goto wrong;
            PUT(gate_ceil(cells[word[2]]), 3);
            break;
        case 24:
            HAS(3);
            if (!IN(word[2])) goto wrong;
            PUT(gate_round(cells[word[2]]), 3);
            break;
        case 25:
            HAS(3);
            if (!IN(word[2])) goto wrong;
            PUT(gate_maximum(0.0, cells[word[2]]), 3);
            break;
        case 26:
            HAS(4);
            if (!IN(word[2]) || !IN(word[3])) goto wrong;
            PUT(((cells[word[2]] > 0.0) ? cells[word[2]] : (cells[word[3]] * cells[word[2]])), 4);
            break;
        case OPERATIONS: {
            double value;
            HAS(4);
            if (word[3] < 0 || end - word - 4 < word[3] || word[2] < 0 || word[2] >= PyTuple_Size(functions)) goto wrong;
            for (int32_t slot = 0; slot < word[3]; slot++)
                if (!IN(word[4 + slot])) goto wrong;
            if (called(functions, cells, word, &value)) goto done;
            PUT(value, 4 + word[3]);
            break;
        }
        default:
            goto wrong;
        }
    }
    result = Py_NewRef(Py_None);
    goto done;
wrong:
    PyErr_SetString(PyExc_ValueError, "the code reads or writes what is not there");
done:
    PyBuffer_Release(&cells_view);
    PyBuffer_Release(&code_view);
    return result;
}

/* backward(sums, senders, receivers, factors): add to each receiver what its sender has, times the factor, in this order. */
static PyObject *backward(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    static const char formats[] = "diid";
    PyObject *objects[4], *result = NULL;
    Py_buffer views[4];
    int held = 0;
    if (!PyArg_ParseTuple(arguments, "OOOO", &objects[0], &objects[1], &objects[2], &objects[3])) return NULL;
    for (; held < 4; held++) {
        Py_ssize_t size = formats[held] == 'd' ? sizeof(double) : sizeof(int32_t);
        if (numbers_of(objects[held], formats[held], size, held == 0, &views[held])) goto done;
    }
    double *const sums = views[0].buf;
    const int32_t *const senders = views[1].buf, *const receivers = views[2].buf;
    const double *const factors = views[3].buf;
    const size_t count = (size_t)views[0].len / sizeof(double), edges = (size_t)views[3].len / sizeof(double);
    if ((size_t)views[1].len != edges * sizeof(int32_t) || (size_t)views[2].len != edges * sizeof(int32_t)) goto wrong;
    for (size_t edge = 0; edge < edges; edge++) {
        if (!IN(senders[edge]) || !IN(receivers[edge])) goto wrong;
        const double product = sums[senders[edge]] * factors[edge];
        sums[receivers[edge]] += product;
    }
    result = Py_NewRef(Py_None);
    goto done;
wrong:
    PyErr_SetString(PyExc_ValueError, "an edge has an end that is not there");
done:
    while (held--) PyBuffer_Release(&views[held]);
    return result;
}

/* zeros(larger, larger_turned, smaller, smaller_turned): what NumPy takes of 0 and -0, and of -0 and 0. */
static PyObject *zeros(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    if (!PyArg_ParseTuple(arguments, "dddd", &larger_zero[0], &larger_zero[1], &smaller_zero[0], &smaller_zero[1])) return NULL;
    return Py_NewRef(Py_None);
}

static PyMethodDef functions[] = {
    {"forward", forward, METH_VARARGS, NULL},
    {"backward", backward, METH_VARARGS, NULL},
    {"zeros", zeros, METH_VARARGS, NULL},
    {"product", product, METH_VARARGS, NULL},
    {"prepare", prepare, METH_VARARGS, NULL},
    {"play", play, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static int named(PyObject *module, const char *attribute, const char *const *texts, Py_ssize_t count)
{
    PyObject *names = PyTuple_New(count);
    if (!names) return -1;
    for (Py_ssize_t place = 0; place < count; place++) {
        PyObject *name = PyUnicode_FromString(texts[place]);
        if (!name || PyTuple_SetItem(names, place, name)) {
            Py_DECREF(names);
            return -1;
        }
    }
    int failed = PyModule_AddObjectRef(module, attribute, names);
    Py_DECREF(names);
    return failed;
}

static int filled(PyObject *module)
{
    if (named(module, "EXPRESSIONS", expressions, OPERATIONS) || named(module, "ORDERS", orders, ORDERS)) return -1;
    return PyModule_AddIntConstant(module, "CHECKSUM", CHECKSUM);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, filled}, {0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_core", "Both passes of a program of numbers, compiled.", 0, functions, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__core(void) { return PyModuleDef_Init(&definition); }
