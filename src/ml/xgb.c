/* SPDX-License-Identifier: MIT */
#include "ml/xgb.h"

#if WICK_HAVE_XGBOOST
#include <dlfcn.h>
#include <pthread.h>
#include <xgboost/c_api.h>

/* name in the table, name in the library */
#define XGB_FUNCTIONS(X)                                                                           \
    X(last_error, XGBGetLastError)                                                                 \
    X(set_global, XGBSetGlobalConfig)                                                              \
    X(dmatrix_dense, XGDMatrixCreateFromDense)                                                     \
    X(dmatrix_free, XGDMatrixFree)                                                                 \
    X(dmatrix_floats, XGDMatrixSetFloatInfo)                                                       \
    X(dmatrix_texts, XGDMatrixSetStrFeatureInfo)                                                   \
    X(booster_new, XGBoosterCreate)                                                                \
    X(booster_free, XGBoosterFree)                                                                 \
    X(booster_slice, XGBoosterSlice)                                                               \
    X(booster_param, XGBoosterSetParam)                                                            \
    X(booster_texts, XGBoosterSetStrFeatureInfo)                                                   \
    X(booster_attr, XGBoosterSetAttr)                                                              \
    X(update, XGBoosterUpdateOneIter)                                                              \
    X(eval, XGBoosterEvalOneIter)                                                                  \
    X(predict, XGBoosterPredictFromDMatrix)                                                        \
    X(score, XGBoosterFeatureScore)                                                                \
    X(load, XGBoosterLoadModelFromBuffer)                                                          \
    X(save, XGBoosterSaveModelToBuffer)

/* The library found at run time is called by the types of the table: a header that says otherwise
 * stops the build at these assignments, which are never made. */
static inline void check_types(wk_xgb_api *a)
{
#define CHECK(member, function) (void)sizeof(a->member = (function));
    XGB_FUNCTIONS(CHECK)
#undef CHECK
}

/* The one thing of this room that outlives its calls: a loaded library, written once. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static wk_xgb_api api;
static bool loaded;

static bool find(void *library, const char *name, void *member)
{
    void *f = dlsym(library, name);
    memcpy(member, &f, sizeof f);
    return f != NULL;
}

static void open_library(void)
{
    static const char *const names[] = {"libxgboost.so.0", "libxgboost.so"};
    void *library = NULL;
    for (size_t i = 0; i < 2 && library == NULL; i++) {
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    }
    if (library == NULL) return;
    check_types(&api);
    bool good = true;
#define FIND(member, function) good = find(library, #function, &api.member) && good;
    XGB_FUNCTIONS(FIND)
#undef FIND
    loaded = good;
}

wick_status wk_xgb(wick_ctx *ctx, const wk_xgb_api **out)
{
    pthread_once(&once, open_library);
    if (!loaded) {
        return wick_fail(ctx, WICK_E_UNSUPPORTED,
                         "libxgboost.so.0 cannot be opened: install the Debian package libxgboost0 "
                         "(or use models logistic, gaussian_nb, mlp ...)");
    }
    *out = &api;
    return WICK_OK;
}

#else

wick_status wk_xgb(wick_ctx *ctx, const wk_xgb_api **out)
{
    (void)out;
    return wick_fail(ctx, WICK_E_UNSUPPORTED,
                     "not built with XGBoost: install the Debian package libxgboost-dev and build "
                     "again (or use models logistic, gaussian_nb, mlp ...)");
}

#endif
