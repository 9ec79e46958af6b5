"""What functions of other programs and books are called here: NumPy, PyTorch, JAX, TensorFlow, MATLAB, Julia, SymPy, Mathematica.

One row a call. Its inputs are named, and what is written here is a template in those names, which is filled with what the
learner typed. A name in front of the dot limits a row to a library; ``.view(x)`` is a method, ``*.sum(x)`` both of them. Names
are compared without regard to capitals and underscores. A row may say nothing but a remark, where nothing here does the same.

Inputs have meanings: ``k`` is an axis and takes whole numbers only, ``keep`` the flag that keeps an axis, ``lo`` and ``hi`` are
bounds, ``*s`` is all the rest. An input that is itself a numeral, a word in quotes, ``none``, ``true``, ``false`` or ``inf`` has
to be typed so; one with ``=`` may be left out.
"""

from __future__ import annotations

from typing import NamedTuple


class Foreign(NamedTuple):
    """One call as others write it."""

    call: str
    """How it is written there: ``hardtanh(x, lo=-1, hi=1)``."""
    here: str = ""
    """What is written here, in the names of its inputs; empty where nothing does the same."""
    remark: str = ""
    """Where the meaning differs, or what to do instead."""


LIBRARIES = {
    "np": "numpy",
    "numpy": "numpy",
    "jnp": "jax",
    "jax": "jax",
    "lax": "jax",
    "optax": "jax",
    "torch": "torch",
    "F": "torch",
    "nn": "torch",
    "tf": "tf",
    "keras": "tf",
    "K": "tf",
    "tfp": "tf",
    "math": "math",
    "Math": "math",
    "cmath": "math",
    "scipy": "scipy",
    "special": "scipy",
    "sp": "scipy",
    "sympy": "sympy",
    "sym": "sympy",
}
"""What stands before the first dot of a function in other programs, and whose function it then is."""

KEYWORDS = {
    "dim": "k",
    "axis": "k",
    "axes": "k",
    "keepdim": "keep",
    "keepdims": "keep",
    "keep_dims": "keep",
    "min": "lo",
    "max": "hi",
    "a_min": "lo",
    "a_max": "hi",
    "min_val": "lo",
    "max_val": "hi",
    "min_value": "lo",
    "max_value": "hi",
    "clip_value_min": "lo",
    "clip_value_max": "hi",
    "delta": "d",
    "beta": "d",
    "lambd": "d",
    "alpha": "a",
    "negative_slope": "a",
    "logits": "s",
    "labels": "y",
    "target": "y",
    "y_true": "y",
    "y_pred": "p",
    "epsilon": "eps",
    "ord": "p",
}
"""What inputs that are given by name are called in the rows."""

_N = "PyTorch divides by n − 1"
_N_OR_LESS = "this divides by n, as in NumPy; PyTorch, MATLAB and R divide by n − 1: {}"
_JUMP = "its gradient is 0 wherever it has one"
_ALL_RUNS = "every run computes the gradients of all its inputs: write the function alone"
_NO_SYSTEM = "of a square matrix there are solve(A, b), inv(A) and logdet(A)"
_GIVEN = "an array is the value of an input, behind the program: a=zeros(2, 3)"
_HUBER = "clip({r}, -{d}, {d})*({r} - clip({r}, -{d}, {d})/2)"
_HUBER_LOSS = f"mean({_HUBER.format(r='a - b', d='d')})"
_GELU = "gelu(x, tanh)"
_NORM = "of a vector; of a matrix NumPy and PyTorch mean another norm"

_ELEMENTARY = (
    Foreign("arcsin(x)", "asin(x)"),
    Foreign("arccos(x)", "acos(x)"),
    Foreign("arctan(x)", "atan(x)"),
    Foreign("tg(x)", "tan(x)"),
    Foreign("arctg(x)", "atan(x)"),
    Foreign("sec(x)", "1/cos(x)"),
    Foreign("csc(x)", "1/sin(x)"),
    Foreign("cosec(x)", "1/sin(x)"),
    Foreign("cot(x)", "1/tan(x)"),
    Foreign("cotan(x)", "1/tan(x)"),
    Foreign("ctg(x)", "1/tan(x)"),
    Foreign("asec(x)", "acos(1/x)"),
    Foreign("arcsec(x)", "acos(1/x)"),
    Foreign("acsc(x)", "asin(1/x)"),
    Foreign("arccsc(x)", "asin(1/x)"),
    Foreign("acot(x)", "atan(1/x)"),
    Foreign("arccot(x)", "atan(1/x)", "for x > 0; books differ below 0"),
    Foreign("sh(x)", "sinh(x)"),
    Foreign("ch(x)", "cosh(x)"),
    Foreign("th(x)", "tanh(x)"),
    Foreign("sech(x)", "1/cosh(x)"),
    Foreign("csch(x)", "1/sinh(x)"),
    Foreign("cosech(x)", "1/sinh(x)"),
    Foreign("coth(x)", "1/tanh(x)"),
    *(Foreign(f"{name}(x)", f"a{name[-4:]}(x)") for name in ("arcsinh", "arsinh", "arccosh", "arcosh", "arctanh", "artanh")),
    *(Foreign(f"{name}(x)", "log((x + 1)/(x - 1))/2") for name in ("acoth", "arccoth", "arcoth")),
    *(Foreign(f"{name}(x)", "log((1 + sqrt(1 - x^2))/x)") for name in ("asech", "arcsech", "arsech")),
    *(Foreign(f"{name}(x)", "log(1/x + sqrt(1/x^2 + 1))") for name in ("acsch", "arccsch", "arcsch")),
    Foreign("arctan2(y, x)", "atan2(y, x)"),
    Foreign("numpy.sinc(x)", "sin(pi*x)/(pi*x)", "nan at 0, where the limit is 1"),
    Foreign("jax.sinc(x)", "sin(pi*x)/(pi*x)", "nan at 0, where the limit is 1"),
    Foreign("torch.sinc(x)", "sin(pi*x)/(pi*x)", "nan at 0, where the limit is 1"),
    Foreign("sinc(x)", "sin(x)/x", "NumPy, PyTorch and MATLAB mean sin(pi*x)/(pi*x); both are nan at 0, where the limit is 1"),
    Foreign("sind(x)", "sin(x*pi/180)"),
    Foreign("cosd(x)", "cos(x*pi/180)"),
    Foreign("tand(x)", "tan(x*pi/180)"),
    Foreign("sinpi(x)", "sin(pi*x)"),
    Foreign("cospi(x)", "cos(pi*x)"),
    *(Foreign(f"{name}(x)", "x*pi/180") for name in ("deg2rad", "radians")),
    *(Foreign(f"{name}(x)", "x*180/pi") for name in ("rad2deg", "degrees")),
    Foreign("exponential(x)", "exp(x)"),
    Foreign("exp2(x)", "2^x"),
    Foreign("exp10(x)", "10^x"),
    Foreign("loge(x)", "log(x)"),
    Foreign("ld(x)", "log2(x)"),
    Foreign("lb(x)", "log2(x)"),
    Foreign("lg(x)", "log10(x)", "to the base 10, as in most books; to the base 2 it is log2(x)"),
    *(Foreign(f"{name}(x)", "x^(1/3)", "for x ≥ 0; elsewhere sign(x)*abs(x)^(1/3)") for name in ("cbrt", "cuberoot")),
    *(Foreign(f"{name}(x, n)", "x^(1/n)", "for x ≥ 0") for name in ("nthroot", "root", "real_root", "surd")),
    *(Foreign(f"{name}(x)", "1/sqrt(x)") for name in ("rsqrt", "inverse_sqrt", "invsqrt")),
    Foreign("sqr(x)", "x^2"),
    Foreign("abs2(x)", "x^2"),
    Foreign("cube(x)", "x^3"),
    *(Foreign(f"{name}(x)", "1/x") for name in ("reciprocal", "recip")),
    *(Foreign(f"{name}(x, y)", "x^y") for name in ("power", "float_power", "mpower")),
    *(Foreign(f"{name}(x)", "abs(x)") for name in ("fabs", "absolute", "modulus")),
    *(Foreign(f"{name}(x)", "sign(x)") for name in ("sgn", "signum")),
    *(Foreign(f"{name}(x)", "-x") for name in ("negative", "neg", "negate", "uminus")),
    *(Foreign(f"{name}(x, y)", "x + y") for name in ("add", "plus")),
    *(Foreign(f"{name}(x, y)", "x - y") for name in ("subtract", "sub", "minus")),
    *(Foreign(f"{name}(x, y)", "x*y") for name in ("multiply", "mul", "times")),
    *(Foreign(f"{name}(x, y)", "x/y") for name in ("divide", "div", "true_divide", "truediv", "rdivide")),
    Foreign("fma(x, y, z)", "x*y + z"),
    Foreign("addcmul(x, y, z)", "x + y*z"),
    Foreign("addcdiv(x, y, z)", "x + y/z"),
    *(Foreign(f"{name}(x, y, t)", "x + t*(y - x)") for name in ("lerp", "mix")),
    Foreign("squared_difference(x, y)", "(x - y)^2"),
    *(Foreign(f"{name}(x, y)", "max(x, y)") for name in ("maximum", "fmax")),
    *(Foreign(f"{name}(x, y)", "min(x, y)") for name in ("minimum", "fmin")),
    *(Foreign(f"{name}(x)", "(sign(x) + 1)/2", _JUMP) for name in ("heaviside", "unit_step", "hardlim")),
    Foreign("heaviside(x, y)", "(sign(x) + 1)/2 + (1 - abs(sign(x)))*(y - 1/2)", _JUMP),
    Foreign("log_add_exp(x, y)", "logaddexp(x, y)"),
    Foreign("logaddexp2(x, y)", "log(2^x + 2^y, 2)"),
    Foreign("xlogy(x, y)", "x*log(y)", "nan where x and y are 0"),
    Foreign("xlog1py(x, y)", "x*log(1 + y)"),
    Foreign("entr(x)", "-x*log(x)", "nan at 0"),
    Foreign("rel_entr(x, y)", "x*log(x/y)"),
    Foreign("erfcx(x)", "exp(x^2)*(1 - erf(x))"),
    *(Foreign(f"{name}(x)", "(1 + erf(x/sqrt(2)))/2") for name in ("ndtr", "normcdf", "norm_cdf")),
    *(Foreign(f"{name}(x)", "exp(-x^2/2)/sqrt(2*pi)") for name in ("normpdf", "norm_pdf")),
)

_ACTIVATIONS = (
    *(Foreign(f"{name}(x)", "sigmoid(x)") for name in ("expit", "logistic", "sigm", "logsig", "invlogit")),
    Foreign("sigma(x)", "sigmoid(x)", "a product is written with its sign, sigma*x"),
    *(Foreign(f"{name}(x)", "log(x/(1 - x))") for name in ("logit", "inverse_sigmoid")),
    Foreign("log_expit(x)", "logsigmoid(x)"),
    Foreign("tansig(x)", "tanh(x)"),
    *(Foreign(f"{name}(x)", "relu(x)") for name in ("ramp", "poslin", "rectifier", "rectify")),
    Foreign("relu6(x)", "clip(x, 0, 6)"),
    Foreign("satlin(x)", "clip(x, 0, 1)"),
    Foreign("saturate(x)", "clip(x, 0, 1)"),
    Foreign("satlins(x)", "clip(x, -1, 1)"),
    *(Foreign(f"{name}(x)", "x") for name in ("purelin", "identity")),
    Foreign("radbas(x)", "exp(-x^2)"),
    Foreign("hardtanh(x, lo=-1, hi=1)", "clip(x, lo, hi)"),
    Foreign("hardsigmoid(x)", "clip(x/6 + 1/2, 0, 1)", "as PyTorch, JAX and Keras 3; Keras 2 has clip(0.2*x + 0.5, 0, 1)"),
    *(Foreign(f"{name}(x)", "x*clip(x/6 + 1/2, 0, 1)") for name in ("hardswish", "hard_silu", "hswish")),
    Foreign("hardshrink(x, d=0.5)", "x*(1 + sign(abs(x) - d))/2"),
    Foreign("softshrink(x, d=0.5)", "relu(x - d) - relu(-x - d)"),
    Foreign("tanhshrink(x)", "x - tanh(x)"),
    Foreign("softsign(x)", "x/(1 + abs(x))"),
    Foreign("swish(x)", "silu(x)"),
    Foreign("swish(x, b)", "x*sigmoid(b*x)"),
    Foreign("mish(x)", "x*tanh(softplus(x))"),
    Foreign("selu(x)", "1.0507009873554805*elu(x, 1.6732632423543772)"),
    Foreign("celu(x)", "elu(x)"),
    Foreign("celu(x, a)", "a*elu(x/a)"),
    Foreign("prelu(x, a)", "leaky_relu(x, a)"),
    Foreign("rrelu(x)", "leaky_relu(x, 11/48)", "with the slope that it has on average; there is no chance in a run"),
    Foreign("tf.leaky_relu(x)", "leaky_relu(x, 0.2)", "TensorFlow's slope is 0.2, the one here 0.01"),
    Foreign("tf.leaky_relu(x, a)", "leaky_relu(x, a)"),
    Foreign("jax.gelu(x)", _GELU, "JAX approximates gelu by tanh unless approximate=False"),
    Foreign("gelu(x, approximate=false)", "gelu(x)"),
    Foreign("gelu(x, approximate='none')", "gelu(x)"),
    Foreign("gelu(x, approximate=true)", _GELU),
    Foreign("gelu(x, approximate='tanh')", _GELU),
    *(Foreign(f"{name}(x)", _GELU) for name in ("gelu_new", "gelu_fast")),
    Foreign("quick_gelu(x)", "x*sigmoid(1.702*x)"),
    Foreign("squareplus(x, b=4)", "(x + sqrt(x^2 + b))/2"),
    Foreign("softmin(x)", "softmax(-x)"),
    Foreign("softmin(x, k)", "softmax(-x, axis=k)"),
    Foreign("softargmax(x)", "softmax(x)"),
    Foreign("*.softmax(x, k)", "softmax(x, axis=k)"),
    Foreign("*.log_softmax(x, k)", "log_softmax(x, axis=k)"),
    Foreign("softmax(x, k)", "softmax(x, axis=k)"),
    Foreign("log_softmax(x, k)", "log_softmax(x, axis=k)"),
    *(
        row
        for name in ("clamp", "clip")
        for row in (
            Foreign(f"{name}(x, lo, none)", "max(x, lo)"),
            Foreign(f"{name}(x, none, hi)", "min(x, hi)"),
            Foreign(f"{name}(x, lo)", "max(x, lo)"),
            Foreign(f"{name}(x, hi)", "min(x, hi)"),
        )
    ),
    *(Foreign(f"{name}(x, lo, hi)", "clip(x, lo, hi)") for name in ("clamp", "clip_by_value")),
    Foreign("clamp_min(x, lo)", "max(x, lo)"),
    Foreign("clamp_max(x, hi)", "min(x, hi)"),
    *(Foreign(f"{name}(x)", "x/norm(x)") for name in ("normalize", "l2_normalize")),
    *(Foreign(f"{name}(x)", "(x - mean(x))/sqrt(var(x))") for name in ("standardize", "zscore")),
    Foreign("torch.layer_norm(x, s)", "layer_norm(x)", "over the last axis"),
    Foreign("torch.layer_norm(x, s, weight, bias)", "layer_norm(x, weight, bias)", "over the last axis"),
    Foreign("torch.rms_norm(x, s)", "rms_norm(x)", "over the last axis; PyTorch's eps is smaller"),
    *(Foreign(f"{name}(x, gamma, beta)", "batch_norm(x, gamma, beta)") for name in ("batchnorm1d", "batchnorm2d")),
    Foreign("linear(x, w, b)", "x @ w.T + b", "with a row of w for each unit"),
    Foreign("linear(x, w)", "x @ w.T", "with a row of w for each unit"),
    *(Foreign(f"{name}(*s)", "", "a layer is written out with its weights as inputs: W @ x + b") for name in ("linear", "dense")),
    *(
        Foreign(f"{name}(*s)", "", "conv1d(x, w) slides filters over channels, and turns none around")
        for name in ("convolve", "conv")
    ),
    Foreign("max_pool1d(x, k)", "max_pool(x, k)"),
    *(Foreign(f"{name}(x, k)", "max_pool(x, k, k)") for name in ("max_pool2d", "max_pooling_2d")),
    Foreign("avg_pool1d(x, k)", "mean(windows(x, k), axis=-1)"),
    *(Foreign(f"{name}(x, k)", "mean(windows(x, k, k), axis=-1)") for name in ("avg_pool2d", "average_pooling_2d")),
    *(Foreign(f"{name}(*s)", "", "split x by slices: x[0:2]*sigmoid(x[2:4])") for name in ("glu", "swiglu", "geglu")),
)

_LOSSES = (
    *(Foreign(f"{name}(a, b)", "mse(a, b)") for name in ("mse_loss", "mean_squared_error")),
    *(Foreign(f"{name}(a, b)", "sqrt(mse(a, b))") for name in ("rmse", "root_mean_squared_error")),
    Foreign("sse(a, b)", "sum((a - b)^2)"),
    *(Foreign(f"{name}(a, b)", "mean(abs(a - b))") for name in ("l1_loss", "mae", "mean_absolute_error")),
    Foreign("l2_loss(x)", "sum(x^2)/2"),
    Foreign("scipy.huber(d, r)", _HUBER.format(r="r", d="d")),
    *(Foreign(f"{name}(a, b)", "huber(a, b)") for name in ("huber_loss", "smooth_l1_loss")),
    *(Foreign(f"{name}(a, b, d)", _HUBER_LOSS) for name in ("huber", "huber_loss")),
    Foreign("smooth_l1_loss(a, b, d)", f"{_HUBER_LOSS}/d"),
    Foreign("pseudo_huber(d, r)", "d^2*(sqrt(1 + (r/d)^2) - 1)"),
    Foreign("logcosh(a, b)", "mean(log(cosh(a - b)))"),
    *(
        Foreign(f"{name}(y, p)", "-mean(y*log(p) + (1 - y)*log(1 - p))")
        for name in ("tf.binary_crossentropy", "tf.binary_cross_entropy", "log_loss")
    ),
    *(Foreign(f"{name}(p, y)", "bce(p, y)", "with the probability p in front") for name in ("bce_loss", "binary_cross_entropy")),
    *(
        Foreign(f"{name}(s, y)", "bce(s, y, logits=true)", "with the score s in front")
        for name in ("bce_with_logits", "bce_with_logits_loss", "binary_cross_entropy_with_logits")
    ),
    Foreign("sigmoid_cross_entropy_with_logits(y, s)", "softplus(s) - y*s", "for each cell, with the class y in front"),
    Foreign("nll_loss(l, y)", "nll(l, y)", "cross_entropy(scores, y) is log_softmax and this in one, of the scores"),
    *(
        Foreign(f"{name}(s, y)", "cross_entropy(s, y)")
        for name in ("cross_entropy_loss", "softmax_cross_entropy", "cross_entropy_with_logits", "softmax_loss")
    ),
    *(
        Foreign(f"{name}(y, s)", "cross_entropy(s, y)", "as the mean over the rows")
        for name in ("softmax_cross_entropy_with_logits", "sparse_softmax_cross_entropy_with_logits")
    ),
    Foreign(
        "categorical_crossentropy(y, p)", "-mean(sum(y*log(p), axis=-1))", "of probabilities; of scores: cross_entropy(s, y)"
    ),
    Foreign(
        "sparse_categorical_crossentropy(y, p)",
        "-mean(sum(onehot(y, p)*log(p), axis=-1))",
        "of probabilities; of scores: cross_entropy(s, y)",
    ),
    Foreign("tf.hinge(y, p)", "mean(relu(1 - y*p))", "with y of −1 and 1; hinge here is of scores and a class"),
    Foreign("hinge_loss(y, p)", "mean(relu(1 - y*p))", "with y of −1 and 1; hinge(scores, y) is of several classes"),
    Foreign("squared_hinge(y, p)", "mean(relu(1 - y*p)^2)", "with y of −1 and 1"),
    Foreign("multi_margin_loss(s, y)", "hinge(s, y)/n", "with n classes: PyTorch divides by their number"),
    Foreign("torch.kl_div(l, p)", "mean(p*(log(p) - l))", "with log-probabilities in front"),
    Foreign("scipy.kl_div(x, y)", "x*log(x/y) - x + y"),
    *(Foreign(f"{name}(p, q)", "sum(p*log(p/q))") for name in ("kl_div", "kl_divergence")),
    Foreign("cosine_similarity(a, b)", "dot(a, b)/(norm(a)*norm(b))"),
    *(Foreign(f"{name}(a, b)", "norm(a - b)") for name in ("pairwise_distance", "euclidean", "dist", "euclidean_distance")),
    Foreign("sqeuclidean(a, b)", "sum((a - b)^2)"),
    *(Foreign(f"{name}(a, b)", "sum(abs(a - b))") for name in ("cityblock", "manhattan")),
    Foreign("chebyshev(a, b)", "max(abs(a - b))"),
    Foreign("triplet_margin_loss(a, p, n, m=1)", "relu(norm(a - p) - norm(a - n) + m)", "of single vectors"),
    Foreign("poisson_nll_loss(l, y)", "mean(exp(l) - y*l)", "with the logarithm of the rate in front"),
    Foreign("gaussian_nll_loss(m, y, v)", "mean(log(v) + (y - m)^2/v)/2"),
)

_ARRAYS = (
    *(Foreign(f"{name}.dot(a, b)", "a @ b", "it is the matrix product; dot here is of two vectors") for name in ("numpy", "jax")),
    Foreign(".dot(a, b)", "a @ b", "it is the matrix product; dot here is of two vectors"),
    *(Foreign(f"{name}(a, b)", "a @ b") for name in ("matmul", "mm", "bmm", "mv", "mtimes", "matvec")),
    Foreign("multi_dot(*s)", "", "a product of several matrices is written a @ b @ c"),
    Foreign("vdot(x, y)", "sum(x*y)"),
    Foreign("inner(x, y)", "x @ y", "of vectors; of matrices x @ y.T"),
    *(Foreign(f"{name}(x, y)", "outer(x, y)") for name in ("ger", "outer_product")),
    Foreign("addmm(b, x, y)", "b + x @ y"),
    Foreign("addmv(b, x, y)", "b + x @ y"),
    Foreign("tensordot(*s)", "", 'a product over indices is einsum("ij,jk->ik", x, y)'),
    Foreign("trace(x)", "einsum('ii', x)"),
    Foreign("det(x)", "x[0, 0]*x[1, 1] - x[0, 1]*x[1, 0]", "of a 2×2 matrix"),
    *(Foreign(f"{name}(*s)", "", _NO_SYSTEM) for name in ("pinv", "lstsq", "cholesky", "eig", "svd", "qr")),
    Foreign("mldivide(a, b)", "solve(a, b)"),
    Foreign("norm(x, 1)", "sum(abs(x))", _NORM),
    Foreign("norm(x, 2)", "norm(x)", _NORM),
    Foreign("norm(x, inf)", "max(abs(x))", _NORM),
    Foreign("norm(x, 'fro')", "norm(x)"),
    Foreign("norm(x, 'inf')", "max(abs(x))", _NORM),
    Foreign("norm(x, p)", "sum(abs(x)^p)^(1/p)", _NORM),
    Foreign("numpy.norm(x, none, k)", "norm(x, axis=k)"),
    Foreign("torch.norm(x, p, k)", "sum(abs(x)^p, axis=k)^(1/p)"),
    *(Foreign(f"{name}(x)", "norm(x)") for name in ("vecnorm", "l2norm", "norm2", "magnitude")),
    Foreign("l1norm(x)", "sum(abs(x))"),
    *(Foreign(f"*.{name}(x, k=none, keep=false)", f"{name}(x, axis=k, keepdims=keep)") for name in ("sum", "mean", "max", "min")),
    *(
        Foreign(f"{name}(x, k)", f"{name}(x, axis=k)", "axes are counted from 0 here, from 1 in MATLAB and Julia")
        for name in ("sum", "mean", "var", "logsumexp")
    ),
    *(
        Foreign(f"{name}(x, k=none, keep=false)", f"{here}(x, axis=k, keepdims=keep)")
        for here, names in {
            "sum": ("reduce_sum", "nansum"),
            "mean": ("reduce_mean", "average", "nanmean", "avg"),
            "max": ("reduce_max", "amax", "nanmax"),
            "min": ("reduce_min", "amin", "nanmin"),
            "var": ("reduce_variance",),
            "std": ("reduce_std",),
            "prod": ("reduce_prod",),
            "logsumexp": ("reduce_logsumexp", "lse", "log_sum_exp", "*.logsumexp"),
        }.items()
        for name in names
    ),
    *(
        Foreign(f"{library}.{name}(x, {no}, k=none)", f"{name}(x, axis=k)")
        for name in ("var", "std")
        for library in ("torch", "")
        for no in ("unbiased=false", "correction=0")
    ),
    *(
        Foreign(f"torch.{name}(x, k=none, keep=false)", f"{name}(x, axis=k, keepdims=keep, ddof=1)", _N)
        for name in ("var", "std")
    ),
    *(
        Foreign(f".{name}(x, k=none, keep=false)", f"{name}(x, axis=k, keepdims=keep)", _N_OR_LESS.format(f"{name}(x, ddof=1)"))
        for name in ("var", "std")
    ),
    Foreign("variance(x)", "var(x)", _N_OR_LESS.format("var(x, ddof=1)")),
    Foreign("cov(x, y)", "mean((x - mean(x))*(y - mean(y)))", "this divides by n; NumPy, PyTorch and MATLAB divide by n − 1"),
    Foreign("ptp(x)", "max(x) - min(x)"),
    Foreign("cumprod(*s)", "", "running products are written out: x[0], x[0]*x[1]"),
    *(
        Foreign(f"{name}(*s)", "", "nothing here sorts; max and min choose between values")
        for name in ("median", "sort", "quantile", "topk")
    ),
    *(Foreign(f"{name}.reshape(x, *s)", "reshape(x, s)") for name in ("", "numpy", "jax", "torch", "tf")),
    Foreign("view(x, *s)", "reshape(x, s)"),
    *(Foreign(f"{name}(x)", "reshape(x, -1)") for name in ("flatten", "ravel", "vec")),
    *(
        Foreign(f"{name}(x, *s)", "", "write the shape that is wanted: reshape(x, 2, 1)")
        for name in ("squeeze", "unsqueeze", "expand_dims", "atleast_2d", "resize")
    ),
    *(
        Foreign(f"{name}(x, *s)", "transpose(x, axes=(s))")
        for name in ("permute", "permute_dims", "permutedims", "numpy.transpose", "jax.transpose")
    ),
    *(Foreign(f"{name}(x)", "x.T") for name in ("*.t", "*.transpose", "ctranspose", "adjoint", "matrix_transpose")),
    *(
        Foreign(f"{name}(x, a, b)", "x.T", "of a matrix; of more axes transpose(x, axes=(0, 2, 1))")
        for name in ("swapaxes", "moveaxis", "*.transpose")
    ),
    *(Foreign(f"{name}(*s, k=0)", "concat(s, axis=k)") for name in ("cat", "concatenate", "torch.concat", "tf.concat")),
    Foreign("vcat(*s)", "concat(s, axis=0)"),
    Foreign("hcat(*s)", "concat(s, axis=1)"),
    Foreign("vstack(*s)", "concat(s, axis=0)", "of matrices; of vectors stack(x, y)"),
    Foreign("hstack(*s)", "concat(s, axis=1)", "of matrices; of vectors concat(x, y)"),
    Foreign("*.stack(*s, k=0)", "stack(s, axis=k)"),
    Foreign("column_stack(*s)", "stack(s, axis=1)", "of vectors"),
    Foreign("one_hot(y, n)", "onehot(y, scores)", "as wide as the scores"),
    *(
        Foreign(f"{name}(*s)", "", "a slice takes a part: x[0:2], x[:, 1]")
        for name in ("split", "chunk", "gather", "take", "index_select", "narrow")
    ),
    *(
        Foreign(f"{name}(*s)", "", "nothing needs to be repeated: a smaller array is copied where it meets a larger one")
        for name in ("broadcast_to", "expand", "expand_as", "tile", "repeat", "repmat")
    ),
    Foreign("flipud(x)", "flip(x, axis=0)"),
    Foreign("fliplr(x)", "flip(x, axis=1)"),
    *(
        Foreign(f"{name}(*s)", "", _GIVEN)
        for name in ("zeros_like", "ones_like", "full", "full_like", "tensor", "array", "asarray", "constant")
    ),
    Foreign("no_grad(x)", "stop(x)", "--data x keeps gradients from an input x"),
    *(Foreign(f".{name}(x)", "x") for name in ("clone", "copy", "contiguous", "numpy", "item", "float", "double", "cpu", "cuda")),
    *(
        Foreign(f"{name}(*s)", "", "the shapes are shown beside the values; mean(x) divides a sum by the number of its cells")
        for name in ("len", "numel", "size", "shape", "ndim", "dim", "dtype")
    ),
    Foreign(".where(x, c, y)", "where(c, x, y)"),
    Foreign("ifelse(c, x, y)", "where(c, x, y)"),
    Foreign("masked_fill(x, c, y)", "where(c, y, x)"),
    *(Foreign(f"{name}(*s)", "", "where(x > 0, a, b) chooses between two values") for name in ("select", "cond", "piecewise")),
    *(
        Foreign(f"{name}(x, y)", f"x {sign} y")
        for sign, names in {
            "<": ("less", "lt"),
            "<=": ("less_equal", "le"),
            ">": ("greater", "gt"),
            ">=": ("greater_equal", "ge"),
            "==": ("equal", "eq"),
            "!=": ("not_equal", "ne"),
        }.items()
        for name in names
    ),
    Foreign("logical_and(x, y)", "x*y", "of conditions, which are 0 or 1"),
    Foreign("logical_or(x, y)", "max(x, y)", "of conditions, which are 0 or 1"),
    Foreign("logical_not(x)", "1 - x", "of conditions, which are 0 or 1"),
    *(
        Foreign(f"{name}(*s)", "", _ALL_RUNS)
        for name in ("grad", "diff", "derivative", "gradient", "backward", "value_and_grad", "gradients", "jacobian", "hessian")
    ),
    *(Foreign(f"{name}(*s)", "", "nothing is integrated here") for name in ("integrate", "integral", "trapz", "quad")),
    *(
        Foreign(f"{name}(*s)", "", "there are no factorials and no gamma function")
        for name in ("factorial", "lgamma", "gammaln", "digamma", "binomial", "comb")
    ),
    *(Foreign(f"{name}(x)", "", "no inverse of erf is here") for name in ("erfinv", "ndtri", "norminv")),
    Foreign("remainder(x, y)", "mod(x, y)"),
    *(
        Foreign(f"{name}(x, y)", "x - y*sign(x/y)*floor(abs(x/y))", "with the sign of x; mod(x, y) has that of y")
        for name in ("fmod", "rem")
    ),
    Foreign("floor_divide(x, y)", "floor(x/y)"),
    *(Foreign(f"{name}(x)", "round(x)") for name in ("rint", "around")),
    *(Foreign(f"{name}(x)", "ceil(x)") for name in ("ceiling",)),
)

FOREIGN: tuple[Foreign, ...] = (*_ELEMENTARY, *_ACTIVATIONS, *_LOSSES, *_ARRAYS)
"""All rows. Of several for one call the first that fits is meant."""

APPROXIMATE = frozenset(
    (
        *("sinc", "cbrt", "cuberoot", "nthroot", "root", "realroot", "surd", "heaviside", "xlogy", "xlog1py", "entr", "relentr"),
        *(
            "arccot",
            "acot",
            "lg",
            "sigma",
            "hardshrink",
            "rrelu",
            "prelu",
            "normalize",
            "l2normalize",
            "batchnorm1d",
        ),
        *("batchnorm2d", "layernorm", "rmsnorm", "huberloss", "smoothl1loss", "multimarginloss", "kldiv", "kldivergence"),
        *("cosinesimilarity", "pairwisedistance", "dist", "tripletmarginloss", "poissonnllloss", "gaussiannllloss", "nllloss"),
        *("hingeloss", "softmaxcrossentropy", "softmaxcrossentropywithlogits", "sparsesoftmaxcrossentropywithlogits"),
        *(
            "dot",
            "vdot",
            "inner",
            "outerproduct",
            "trace",
            "det",
            "norm",
            "vecnorm",
            "l2norm",
            "norm2",
            "l1norm",
            "cov",
            "nansum",
        ),
        *("average", "avg", "nanmean", "nanmax", "nanmin", "var", "std", "variance", "sum", "mean", "max", "min", "softmax"),
        *("logsoftmax", "softmin", "softargmax", "swapaxes", "moveaxis", "transpose", "permute", "vstack", "hstack"),
        *("columnstack", "onehot", "logicaland", "logicalor", "logicalnot", "numpy", "nograd", "fliplr", "flipud"),
    )
)
"""Names without underscores whose rows are advice: what they say holds for some inputs, of some shapes, in some libraries. Where
``--from numpy`` reads them it looks closer."""

WITHOUT_GRADIENT = {
    "argmax": "max(x) is the largest cell, and hands its gradient to it",
    "argmin": "min(x) is the smallest cell, and hands its gradient to it",
    "argsort": "x[2] picks a cell, max(x) and min(x) the largest and the smallest",
    "trunc": "sign(x)*floor(abs(x)) cuts off what is behind the point, floor, ceil and round are here too",
}
"""Functions whose value jumps, so that no gradient passes them, and what there is instead."""

PARTS = {"t": ".T", "mT": ".T", "H": ".T", "mH": ".T", "transpose": ".T"}
"""What stands behind the dot of an array elsewhere without parentheses, and behind an operand here."""

NUMBERS = {"pi": "pi", "e": "e", "PI": "pi", "E": "e", "Pi": "pi", "inf": "inf"}
"""Members of modules that are numbers: ``np.pi``, ``Math.E``."""
