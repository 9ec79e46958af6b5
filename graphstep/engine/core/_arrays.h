/* What the core does with arrays: matrix products, in the order in which NumPy adds them where nothing but it is there. */

/* Add the product of a row by columns to a row of cells, from the left. The columns lie side by side, `between` apart by row. */
static void add_row(double *restrict cells, const double *row, Py_ssize_t step, const double *restrict columns, Py_ssize_t between,
                    Py_ssize_t inner, Py_ssize_t count)
{
    Py_ssize_t k = 0;
    /* Four products at a time, each rounded and added behind the other: the cells are fetched once for them. */
    for (; k + 4 <= inner; k += 4) {
        const double x0 = row[k * step], x1 = row[(k + 1) * step], x2 = row[(k + 2) * step], x3 = row[(k + 3) * step];
        const double *const y0 = columns + k * between, *const y1 = y0 + between, *const y2 = y1 + between, *const y3 = y2 + between;
        for (Py_ssize_t j = 0; j < count; j++) cells[j] = cells[j] + x0 * y0[j] + x1 * y1[j] + x2 * y2[j] + x3 * y3[j];
    }
    for (; k < inner; k++) {
        const double x0 = row[k * step], *const y0 = columns + k * between;
        for (Py_ssize_t j = 0; j < count; j++) cells[j] += x0 * y0[j];
    }
}

/* A matrix in memory: where it begins, and how many numbers lie from a row to the next, and from a column to the next. */
typedef struct {
    double *cells;
    Py_ssize_t rows, columns, down, across;
} Matrix;

static Matrix turned(Matrix x) { return (Matrix){x.cells, x.columns, x.rows, x.across, x.down}; }

/* into = left right, each cell from the left, beginning with `start`. `spare` has room for a side and for the result. */
static void multiply(Matrix left, Matrix right, Matrix into, double start, double *spare)
{
    if (into.rows > into.columns) {
        /* Work goes along rows, so these are the longer ones. */
        const Matrix x = left;
        left = turned(right), right = turned(x), into = turned(into);
    }
    if (right.across != 1) {
        for (Py_ssize_t k = 0; k < right.rows; k++)
            for (Py_ssize_t j = 0; j < right.columns; j++)
                spare[k * right.columns + j] = right.cells[k * right.down + j * right.across];
        right = (Matrix){spare, right.rows, right.columns, right.columns, 1};
        spare += right.rows * right.columns;
    }
    for (Py_ssize_t i = 0; i < into.rows; i++) {
        double *const row = into.cells + i * into.down, *const cells = into.across == 1 ? row : spare;
        for (Py_ssize_t j = 0; j < into.columns; j++) cells[j] = start;
        add_row(cells, left.cells + i * left.down, left.across, right.cells, right.down, left.columns, into.columns);
        if (cells != row)
            for (Py_ssize_t j = 0; j < into.columns; j++) row[j * into.across] = cells[j];
    }
}

/* A matrix of doubles out of an array; -1 with an error set. */
static int matrix_of(PyObject *object, int writable, Py_buffer *view, Matrix *matrix)
{
    if (PyObject_GetBuffer(object, view, PyBUF_STRIDES | PyBUF_FORMAT | (writable ? PyBUF_WRITABLE : 0))) return -1;
    const Py_ssize_t size = sizeof(double);
    if (view->ndim != 2 || view->itemsize != size || !view->format || view->format[0] != 'd' || view->format[1]
        || view->strides[0] % size || view->strides[1] % size) {
        PyBuffer_Release(view);
        PyErr_SetString(PyExc_ValueError, "an array is no matrix, or holds numbers of another type");
        return -1;
    }
    *matrix = (Matrix){view->buf, view->shape[0], view->shape[1], view->strides[0] / size, view->strides[1] / size};
    return 0;
}

/* product(left, right, into, start): a matrix product whose cells are added from the left, beginning with `start`; `into` shares no
   cell with the sides. */
static PyObject *product(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *objects[3], *result = NULL;
    Py_buffer views[3];
    Matrix sides[3];
    double start;
    int held = 0;
    if (!PyArg_ParseTuple(arguments, "OOOd", &objects[0], &objects[1], &objects[2], &start)) return NULL;
    for (; held < 3; held++)
        if (matrix_of(objects[held], held == 2, &views[held], &sides[held])) goto done;
    const Matrix left = sides[0], right = sides[1], into = sides[2];
    if (left.columns != right.rows || into.rows != left.rows || into.columns != right.columns) {
        PyErr_SetString(PyExc_ValueError, "two sides and their product do not fit: cells are not there");
        goto done;
    }
    const size_t longer = (size_t)(into.rows > into.columns ? into.rows : into.columns);
    double *const spare = PyMem_Malloc((longer * ((size_t)left.columns + 1) + 1) * sizeof(double));
    if (!spare) {
        PyErr_NoMemory();
        goto done;
    }
    multiply(left, right, into, start, spare);
    PyMem_Free(spare);
    result = Py_NewRef(Py_None);
done:
    while (held--) PyBuffer_Release(&views[held]);
    return result;
}
