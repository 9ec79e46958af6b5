/* What the core does with arrays: matrix products, sums and arithmetic cell by cell, in the order in which NumPy takes them. */

/* The same instructions on four numbers at a time, where the processor has them: each cell comes to the same bits. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

/* Add the product of a row by columns to a row of cells, from the left. The columns lie side by side, `between` apart by row. */
WIDE static void add_row(double *restrict cells, const double *row, Py_ssize_t step, const double *restrict columns, Py_ssize_t between,
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

/* -- Orders: calls on arrays, one after the other, which are prepared once and played many times ----------------------------- */

enum { ADD, SUBTRACT, MULTIPLY, DIVIDE, NEGATIVE, POSITIVE, PRODUCT, SUM, DOT, SUM_DOWN, BELOW, FINITE, ORDERS };

/* By their number. The first six work cell by cell; the last two ask whether no cell of y exceeds the first of x, and whether all are finite. */
static const char *const orders[] = {
    "add", "subtract", "multiply", "divide", "negative", "positive", "product", "sum", "dot", "sum_down", "below", "finite",
};

typedef struct {
    int operation;
    Matrix into, x, y;
} Order;

typedef struct {
    Order *list;
    Py_buffer *views;
    double *spare, start;
    Py_ssize_t count, held;
} Score;

/* The sum of terms as NumPy adds them: eight sums side by side, of at most 128 terms, and these in pairs. */
#define IN_PAIRS(name, TERM)                                                                                                    \
    static double name(const double *x, Py_ssize_t a, const double *y, Py_ssize_t b, Py_ssize_t count)                          \
    {                                                                                                                           \
        if (count < 8) {                                                                                                        \
            double sum = -0.0;                                                                                                  \
            for (Py_ssize_t i = 0; i < count; i++) sum += TERM(i);                                                              \
            return sum;                                                                                                         \
        }                                                                                                                       \
        if (count > 128) {                                                                                                      \
            const Py_ssize_t half = count / 2 - count / 2 % 8;                                                                  \
            return name(x, a, y, b, half) + name(x + half * a, a, y + half * b, b, count - half);                               \
        }                                                                                                                       \
        double sums[8];                                                                                                         \
        Py_ssize_t i = 8;                                                                                                       \
        for (int k = 0; k < 8; k++) sums[k] = TERM(k);                                                                          \
        for (; i < count - count % 8; i += 8)                                                                                   \
            for (int k = 0; k < 8; k++) sums[k] += TERM(i + k);                                                                 \
        double sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));                 \
        for (; i < count; i++) sum += TERM(i);                                                                                  \
        return sum;                                                                                                             \
    }

#define CELL(i) x[(i) * a]
#define NEXT(i) x[i]
#define BOTH(i) (x[(i) * a] * y[(i) * b])
#define NEXT_BOTH(i) (x[i] * y[i])
IN_PAIRS(sum_apart, CELL)
IN_PAIRS(sum_beside, NEXT)
IN_PAIRS(dot_apart, BOTH)
IN_PAIRS(dot_beside, NEXT_BOTH)

/* In place, or on cells that are not shared: nothing is read behind where it was written. */
#if defined(__GNUC__) && !defined(__clang__)
#define APART _Pragma("GCC ivdep")
#else
#define APART
#endif

#define EACH(value)                                                                                                             \
    for (Py_ssize_t i = 0; i < into.rows; i++) {                                                                                \
        double *const z = into.cells + i * into.down;                                                                           \
        const double *const p = x.cells + i * x.down, *const q = y.cells + i * y.down;                                          \
        if (into.across == 1 && x.across == 1 && y.across == 1) {                                                               \
            APART                                                                                                               \
            for (Py_ssize_t j = 0; j < into.columns; j++) { const double a = p[j], b = q[j]; (void)b; z[j] = (value); }         \
        } else if (into.across == 1 && x.across == 1 && y.across == 0) {                                                        \
            const double b = *q;                                                                                                \
            (void)b;                                                                                                            \
            APART                                                                                                               \
            for (Py_ssize_t j = 0; j < into.columns; j++) { const double a = p[j]; z[j] = (value); }                            \
        } else if (into.across == 1 && x.across == 0 && y.across == 1) {                                                        \
            const double a = *p;                                                                                                \
            APART                                                                                                               \
            for (Py_ssize_t j = 0; j < into.columns; j++) { const double b = q[j]; (void)b; z[j] = (value); }                   \
        } else {                                                                                                                \
            for (Py_ssize_t j = 0; j < into.columns; j++) {                                                                     \
                const double a = p[j * x.across], b = q[j * y.across];                                                          \
                (void)b;                                                                                                        \
                z[j * into.across] = (value);                                                                                   \
            }                                                                                                                   \
        }                                                                                                                       \
    }                                                                                                                           \
    return 1

/* Obey an order; 0 where the numbers are not what it asks for. */
WIDE static int obey(const Order *order, double start, double *spare)
{
    const Matrix into = order->into, x = order->x, y = order->y;
    int fine = 1;
    switch (order->operation) {
    case ADD: EACH(a + b);
    case SUBTRACT: EACH(a - b);
    case MULTIPLY: EACH(a * b);
    case DIVIDE: EACH(a / b);
    case NEGATIVE: EACH(-a);
    case POSITIVE: EACH(a);
    case PRODUCT:
        multiply(x, y, into, start, spare);
        return 1;
    case SUM:
        for (Py_ssize_t i = 0; i < into.rows; i++)
            into.cells[i * into.down] = start
                + (x.across == 1 ? sum_beside : sum_apart)(x.cells + i * x.down, x.across, x.cells, 0, x.columns);
        return 1;
    case DOT:
        for (Py_ssize_t i = 0; i < into.rows; i++)
            into.cells[i * into.down] = start
                + (x.across == 1 && y.across == 1 ? dot_beside : dot_apart)(
                    x.cells + i * x.down, x.across, y.cells + i * y.down, y.across, x.columns);
        return 1;
    case SUM_DOWN:
        for (Py_ssize_t j = 0; j < into.columns; j++) into.cells[j * into.across] = start;
        for (Py_ssize_t i = 0; i < x.rows; i++)
            for (Py_ssize_t j = 0; j < into.columns; j++) into.cells[j * into.across] += x.cells[i * x.down + j * x.across];
        return 1;
    case BELOW:
        for (Py_ssize_t i = 0; i < y.rows; i++)
            for (Py_ssize_t j = 0; j < y.columns; j++) fine &= !(y.cells[i * y.down + j] > *x.cells);
        return fine;
    default:
        for (Py_ssize_t i = 0; i < y.rows; i++)
            for (Py_ssize_t j = 0; j < y.columns; j++) fine &= y.cells[i * y.down + j] - y.cells[i * y.down + j] == 0;
        return fine;
    }
}

static int alike(Matrix x, Matrix y) { return x.rows == y.rows && x.columns == y.columns; }

/* Whether the matrices of an order fit; `room` becomes what it needs to spare at least. */
static int fits(const Order *order, size_t *room)
{
    const Matrix into = order->into, x = order->x, y = order->y;
    size_t longer;
    switch (order->operation) {
    case PRODUCT:
        longer = (size_t)(into.rows > into.columns ? into.rows : into.columns) * ((size_t)x.columns + 1);
        if (longer > *room) *room = longer;
        return x.columns == y.rows && into.rows == x.rows && into.columns == y.columns;
    case SUM: return into.rows == x.rows && into.columns == 1;
    case DOT: return into.rows == x.rows && into.columns == 1 && alike(x, y);
    case SUM_DOWN: return into.columns == x.columns && into.rows == 1;
    case BELOW: return x.rows > 0 && x.columns > 0 && y.across == 1;
    case FINITE: return y.across == 1;
    default: return alike(into, x) && alike(into, y);
    }
}

static void forget(Score *score)
{
    while (score->held) PyBuffer_Release(&score->views[--score->held]);
    PyMem_Free(score->views);
    PyMem_Free(score->list);
    PyMem_Free(score->spare);
    PyMem_Free(score);
}

static const char SCORE[] = "graphstep.orders";

static void forgotten(PyObject *capsule) { forget(PyCapsule_GetPointer(capsule, SCORE)); }

/* prepare(orders, start): what `play` plays. An order is a tuple: its number, the matrix that it writes, and two that it reads.
   Sums begin with `start`. No matrix that is written shares a cell with one that is read, but for itself, cell by cell. */
static PyObject *prepare(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    PyObject *tuples, *capsule = NULL;
    double start;
    if (!PyArg_ParseTuple(arguments, "O!d", &PyTuple_Type, &tuples, &start)) return NULL;
    const size_t count = (size_t)PyTuple_Size(tuples);
    size_t room = 1;
    Score *const score = PyMem_Calloc(1, sizeof(Score));
    if (!score) return PyErr_NoMemory();
    score->start = start;
    score->list = PyMem_Calloc(count + 1, sizeof(Order));
    score->views = PyMem_Calloc(3 * count + 1, sizeof(Py_buffer));
    if (!score->list || !score->views) {
        PyErr_NoMemory();
        goto done;
    }
    for (size_t n = 0; n < count; n++) {
        Order *const order = &score->list[n];
        PyObject *objects[3], *const tuple = PyTuple_GetItem(tuples, (Py_ssize_t)n);
        Matrix *const matrices[] = {&order->into, &order->x, &order->y};
        if (!PyTuple_Check(tuple)) {
            PyErr_SetString(PyExc_ValueError, "an order is not there");
            goto done;
        }
        if (!PyArg_ParseTuple(tuple, "iOOO", &order->operation, &objects[0], &objects[1], &objects[2])) goto done;
        for (int k = 0; k < 3; k++) {
            if (matrix_of(objects[k], k == 0, &score->views[score->held], matrices[k])) goto done;
            score->held++;
        }
        if (order->operation < 0 || order->operation >= ORDERS || !fits(order, &room)) {
            PyErr_SetString(PyExc_ValueError, "an order works on what is not there");
            goto done;
        }
        score->count++;
    }
    score->spare = PyMem_Malloc(room * sizeof(double));
    if (!score->spare) {
        PyErr_NoMemory();
        goto done;
    }
    capsule = PyCapsule_New(score, SCORE, forgotten);
done:
    if (!capsule) forget(score);
    return capsule;
}

/* play(score): obey its orders, one after the other; False where one stops because of a number. */
static PyObject *play(PyObject *Py_UNUSED(module), PyObject *capsule)
{
    const Score *const score = PyCapsule_GetPointer(capsule, SCORE);
    if (!score) return NULL;
    for (Py_ssize_t n = 0; n < score->count; n++)
        if (!obey(&score->list[n], score->start, score->spare)) return PyBool_FromLong(0);
    return PyBool_FromLong(1);
}
