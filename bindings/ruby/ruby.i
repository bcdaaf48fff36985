/* How Ruby reads a column and raises an error.
 *
 * rb_raise jumps over everything after it, freearg too. So columns are objects of their own
 * (ruby_column.c), made before the call; a call takes them as they are, and the status is raised in
 * `ret`, after freearg. */
/* Classes of the wrapper are not for people: Cx_tally is good enough. */
#pragma SWIG nowarn=801

%insert("header") "ruby_call.c"
%insert("header") "ruby_column.c"
%insert("header") "ruby_view.c"
%insert("header") "ruby_frame.c"

%insert("header") %{
typedef VALUE cx_value;
#define cx_nothing Qnil
#define cx_is_nothing(value) NIL_P(value)
#define cx_set_result(result, object) ((result) = (object))

/* Taking raises at once: nothing is held yet. */
#define cx_argument_failed SWIG_fail

/* Columns hold what they need themselves. */
static void cx_owner_release(void *owner)
{
    (void)owner;
}

static int cx_column_take(VALUE object, const char *role, cx_column *column, cx_call *call)
{
    const cx_array *view = cxrb_column_view(object);
    if (view == NULL) return 0;
    column->view = *view;
    if (column->view.name == NULL) column->view.name = role;
    column->present = 1;
    call->rows += view->length;
    return 0;
}

static int cx_columns_take(VALUE object, const char *role, cx_columns *columns, cx_call *call)
{
    const cx_frame *view = cxrb_frame_view(object);
    (void)role;
    if (view == NULL) return 0;
    columns->view = *view;
    columns->present = 1;
    if (view->count > 0) call->rows += view->columns[0].length;
    return 0;
}

static VALUE cx_bytes_new(VALUE size)
{
    return rb_str_new(NULL, NUM2LONG(size)); /* ASCII-8BIT */
}
#define cx_bytes_data(object) RSTRING_PTR(object)
#define cx_bytes_size(object) RSTRING_LEN(object)
#define cx_bytes_drop(object) ((void)(object))

typedef struct cx_bytes {
    const uint8_t *data;
    size_t size;
} cx_bytes;

static int cx_bytes_take(VALUE object, cx_bytes *bytes, const cx_call *call)
{
    (void)call;
    Check_Type(object, T_STRING);
    bytes->data = (const uint8_t *)RSTRING_PTR(object);
    bytes->size = (size_t)RSTRING_LEN(object);
    return 0;
}
#define cx_bytes_release(bytes) ((void)(bytes))
%}

%init %{
    cxrb_define_columns(mCxkit_native);
%}

%typemap(out, noblock=1) cx_status {
    cx_call_end(&cx_this, $1);
    $result = Qnil;
}
%typemap(ret, noblock=1) cx_status {
    if (cx_this.error.code != CX_OK) cxrb_raise(&cx_this.error);
}

/* A column that cannot be read has raised already: the call always runs. */
%exception {
    $action
}

/* Calls over many rows leave the global lock to other threads. Below so many rows, waiting for the
 * lock again costs more than the call. One line for each such function: its name, the condition,
 * the types of its parameters. */
%insert("header") %{
#define CXRB_MANY (cx_this.rows >= 32768)
%}
%define %cx_unlocked_by(NAME, CONDITION, MEMBERS, VALUES, ARGUMENTS)
%insert("header") {
typedef struct cxrb_args_##NAME { MEMBERS; cx_status status; } cxrb_args_##NAME;
static void *cxrb_body_##NAME(void *data)
{
    cxrb_args_##NAME *in = (cxrb_args_##NAME *)data;
    in->status = NAME(ARGUMENTS);
    return NULL;
}
}
%exception NAME {
    {
        cxrb_args_##NAME in = {VALUES, CX_OK};
        cxrb_run(cxrb_body_##NAME, &in, CONDITION);
        result = in.status;
    }
}
%enddef
%define %cx_unlocked4(NAME, CONDITION, A, B, C, D)
%cx_unlocked_by(NAME, CONDITION, %arg(A a; B b; C c; D d), %arg(arg1, arg2, arg3, arg4),
                %arg(in->a, in->b, in->c, in->d))
%enddef
%define %cx_unlocked5(NAME, CONDITION, A, B, C, D, E)
%cx_unlocked_by(NAME, CONDITION, %arg(A a; B b; C c; D d; E e),
                %arg(arg1, arg2, arg3, arg4, arg5), %arg(in->a, in->b, in->c, in->d, in->e))
%enddef
%define %cx_unlocked6(NAME, CONDITION, A, B, C, D, E, F)
%cx_unlocked_by(NAME, CONDITION, %arg(A a; B b; C c; D d; E e; F f),
                %arg(arg1, arg2, arg3, arg4, arg5, arg6),
                %arg(in->a, in->b, in->c, in->d, in->e, in->f))
%enddef
%define %cx_unlocked7(NAME, CONDITION, A, B, C, D, E, F, G)
%cx_unlocked_by(NAME, CONDITION, %arg(A a; B b; C c; D d; E e; F f; G g),
                %arg(arg1, arg2, arg3, arg4, arg5, arg6, arg7),
                %arg(in->a, in->b, in->c, in->d, in->e, in->f, in->g))
%enddef
%define %cx_unlocked8(NAME, CONDITION, A, B, C, D, E, F, G, H)
%cx_unlocked_by(NAME, CONDITION, %arg(A a; B b; C c; D d; E e; F f; G g; H h),
                %arg(arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8),
                %arg(in->a, in->b, in->c, in->d, in->e, in->f, in->g, in->h))
%enddef
%define %cx_unlocked9(NAME, CONDITION, A, B, C, D, E, F, G, H, I)
%cx_unlocked_by(NAME, CONDITION, %arg(A a; B b; C c; D d; E e; F f; G g; H h; I i),
                %arg(arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9),
                %arg(in->a, in->b, in->c, in->d, in->e, in->f, in->g, in->h, in->i))
%enddef
%define %cx_unlocked10(NAME, CONDITION, A, B, C, D, E, F, G, H, I, J)
%cx_unlocked_by(NAME, CONDITION, %arg(A a; B b; C c; D d; E e; F f; G g; H h; I i; J j),
                %arg(arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10),
                %arg(in->a, in->b, in->c, in->d, in->e, in->f, in->g, in->h, in->i, in->j))
%enddef
%define %cx_unlocked11(NAME, CONDITION, A, B, C, D, E, F, G, H, I, J, K)
%cx_unlocked_by(NAME, CONDITION, %arg(A a; B b; C c; D d; E e; F f; G g; H h; I i; J j; K k),
                %arg(arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9, arg10, arg11),
                %arg(in->a, in->b, in->c, in->d, in->e, in->f, in->g, in->h, in->i, in->j, in->k))
%enddef

%cx_unlocked5(cx_tally_add, CXRB_MANY, cx_tally *, const cx_array *, const cx_array *,
              const cx_answer_options *, cx_error *)
%cx_unlocked6(cx_tallies_add, CXRB_MANY, cx_tallies *, const cx_array *, const cx_array *,
              const cx_frame *, const cx_answer_options *, cx_error *)
%cx_unlocked8(cx_tally_by, CXRB_MANY, const cx_array *, const cx_array *, const cx_frame *, int32_t,
              int32_t, const cx_answer_options *, cx_tallies **, cx_error *)
%cx_unlocked6(cx_fcr, CXRB_MANY, const cx_frame *, const cx_array *, const cx_array *,
              const cx_contacts_options *, cx_fcr_result *, cx_error *)
%cx_unlocked7(cx_fcr_by, CXRB_MANY, const cx_frame *, const cx_frame *, const cx_array *,
              const cx_array *, const cx_contacts_options *, cx_table **, cx_error *)
%cx_unlocked6(cx_non_repeat, CXRB_MANY, const cx_frame *, const cx_array *, const cx_array *,
              const cx_contacts_options *, cx_fcr_result *, cx_error *)
%cx_unlocked7(cx_non_repeat_by, CXRB_MANY, const cx_frame *, const cx_frame *, const cx_array *,
              const cx_array *, const cx_contacts_options *, cx_table **, cx_error *)
%cx_unlocked6(cx_episodes, CXRB_MANY, const cx_frame *, const cx_array *, const cx_array *,
              const cx_contacts_options *, cx_table **, cx_error *)
%cx_unlocked6(cx_log_effort, CXRB_MANY, const cx_frame *, const cx_array *, const cx_array *,
              const cx_contacts_options *, cx_effort_result *, cx_error *)
%cx_unlocked6(cx_channel_moves, CXRB_MANY, const cx_frame *, const cx_array *, const cx_array *,
              const cx_contacts_options *, cx_table **, cx_error *)
%cx_unlocked4(cx_moments_add, CXRB_MANY, cx_moments *, const cx_frame *, const cx_array *,
              cx_error *)
%cx_unlocked6(cx_correlate, CXRB_MANY, const cx_array *, const cx_array *, const cx_array *,
              const cx_correlate_options *, cx_estimate *, cx_error *)
%cx_unlocked7(cx_partial, CXRB_MANY, const cx_array *, const cx_array *, const cx_frame *,
              const cx_array *, const cx_correlate_options *, cx_estimate *, cx_error *)
%cx_unlocked5(cx_correlations, CXRB_MANY, const cx_frame *, const cx_array *,
              const cx_correlate_options *, cx_table **, cx_error *)
%cx_unlocked9(cx_regress, CXRB_MANY, const cx_frame *, const cx_array *, const cx_array *,
              const cx_frame *, const cx_frame *, const cx_array *, const cx_regress_options *,
              cx_fit **, cx_error *)
%cx_unlocked8(cx_logit, CXRB_MANY, const cx_frame *, const cx_array *, const cx_array *,
              const cx_frame *, const cx_array *, const cx_model_options *, cx_fit **, cx_error *)
%cx_unlocked8(cx_ordinal, CXRB_MANY, const cx_frame *, const cx_array *, const cx_array *,
              const cx_frame *, const cx_array *, const cx_model_options *, cx_fit **, cx_error *)
%cx_unlocked9(cx_poisson, CXRB_MANY, const cx_frame *, const cx_array *, const cx_array *,
              const cx_frame *, const cx_array *, const cx_array *, const cx_model_options *,
              cx_fit **, cx_error *)
%cx_unlocked9(cx_hazard, CXRB_MANY, const cx_frame *, const cx_array *, const cx_array *,
              const cx_array *, const cx_frame *, const cx_array *, const cx_model_options *,
              cx_fit **, cx_error *)
%cx_unlocked7(cx_penalised, 1, const cx_frame *, const cx_array *, const cx_array *,
              const cx_array *, const cx_penalised_options *, cx_table **, cx_error *)
%cx_unlocked7(cx_penalised_path, 1, const cx_frame *, const cx_array *, const cx_array *,
              const cx_array *, const cx_penalised_options *, cx_table **, cx_error *)
%cx_unlocked4(cx_simulate_business, 1, int32_t, const cx_business_options *, cx_table **,
              cx_error *)
%cx_unlocked6(cx_waits_add, CXRB_MANY, cx_waits *, const cx_array *, const cx_array *,
              const cx_frame *, const cx_waits_options *, cx_error *)
%cx_unlocked6(cx_response_add, CXRB_MANY, cx_waits *, const cx_array *, const cx_array *,
              const cx_frame *, const cx_response_options *, cx_error *)
%cx_unlocked8(cx_promises_add, CXRB_MANY, cx_waits *, const cx_array *, const cx_array *,
              const cx_array *, const cx_array *, const cx_frame *, const cx_promise_options *,
              cx_error *)
%cx_unlocked9(cx_strata_add, CXRB_MANY, cx_strata *, const cx_array *, const cx_array *,
              const cx_array *, const cx_array *, const cx_array *, const cx_array *,
              const cx_frame *, cx_error *)
/* Defined in helpers.i, after the bodies. */
%insert("header") %{
static cx_status cx_driver_of_moments(const cx_moments *x, const cx_array *drivers,
                                      const char *outcome, const cx_driver_options *options,
                                      const cx_array *adjust, const cx_array *groups,
                                      cx_driver_fit **out, cx_error *err);
static cx_status cx_driver_of_rows(const cx_frame *x, const cx_array *drivers, const char *outcome,
                                   const cx_array *weights, const cx_design *design,
                                   const cx_driver_options *options, const cx_array *adjust,
                                   const cx_array *groups, cx_driver_fit **out, cx_error *err);
%}
%cx_unlocked8(cx_driver_of_moments, (cx_moments_columns(arg1) > 12), const cx_moments *,
              const cx_array *, const char *, const cx_driver_options *, const cx_array *,
              const cx_array *, cx_driver_fit **, cx_error *)
%cx_unlocked10(cx_driver_of_rows, (CXRB_MANY || arg1->count > 12), const cx_frame *,
               const cx_array *, const char *, const cx_array *, const cx_design *,
               const cx_driver_options *, const cx_array *, const cx_array *, cx_driver_fit **,
               cx_error *)
%cx_unlocked11(cx_plan, CXRB_MANY, const cx_array *, double, const cx_array *, const cx_array *,
               const cx_array *, const cx_array *, const cx_array *, const cx_array *,
               const cx_plan_options *, cx_table **, cx_error *)
%cx_unlocked11(cx_plan_steady, CXRB_MANY, const cx_array *, const cx_array *, double,
               const cx_array *, const cx_array *, const cx_array *, const cx_array *,
               const cx_array *, const cx_plan_options *, cx_table **, cx_error *)
%cx_unlocked11(cx_plan_domains, CXRB_MANY, const cx_array *, const cx_frame *, double,
               const cx_array *, const cx_array *, const cx_array *, const cx_array *,
               const cx_array *, const cx_plan_options *, cx_table **, cx_error *)
%cx_unlocked6(cx_plan_points, CXRB_MANY, const cx_frame *, double, uint64_t,
              const cx_policy_options *, cx_table **, cx_error *)

/* A column of a table as an Array. */
%typemap(in) VALUE "$1 = $input;"
%typemap(out) VALUE "$result = $1;"
%inline %{
static VALUE table_values(const cx_table *table, int64_t index)
{
    return cxrb_table_values(table, index);
}
%}
