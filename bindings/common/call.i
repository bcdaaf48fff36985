/* Status and error: `cx_status f(..., cx_error *err)`.
 *
 * Each call that takes an err has a local `cx_this` of type cx_call. Reading the arguments never
 * raises: a column that cannot be read fills in cx_this.error, and the C function is then skipped.
 * So arguments are released on one path, in freearg, before anything is raised. A language gives
 *
 *     cx_value                         its objects
 *     cx_set_result(result, object)    puts the one output in place of "nothing"
 *     %exception                       runs $action when cx_this.error.code is 0
 *     %typemap(out), %typemap(ret) cx_status   raise cx_this.error: after freearg
 */
%insert("header") %{
/* Functions without an err see this one: they always run. */
static const cx_call cx_this = {{0, 0, -1, 0.0, "", ""}, 0};

/* The code that came back, also when no sentence came with it. */
static int32_t cx_call_end(cx_call *call, cx_status status)
{
    if (call->error.code == CX_OK && status != CX_OK) call->error.code = (int32_t)status;
    return call->error.code;
}
%}

%typemap(arginit, noblock=1) cx_error *err {
    cx_call cx_this;
    cx_call_init(&cx_this);
}
%typemap(in, numinputs=0, noblock=1) cx_error *err {
    $1 = &cx_this.error;
}

/* The language's own memory. */
%typemap(in, numinputs=0, noblock=1) const cx_allocator *allocator {
    $1 = NULL;
}
%ignore cx_allocator;
%ignore cx_error;
%ignore cx_error_init;
