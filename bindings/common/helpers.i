/* What cannot be said by a typemap. */

/* Codes of the answers, one at a time: 0 when there is no more room. */
%ignore cx_answer_options::missing_codes;
%ignore cx_answer_options::not_applicable_codes;
%ignore cx_answer_options::missing_count;
%ignore cx_answer_options::not_applicable_count;
%extend cx_answer_options {
    int add_missing_code(double code)
    {
        if ($self->missing_count >= CX_MAX_CODES) return 0;
        $self->missing_codes[$self->missing_count++] = code;
        return 1;
    }
    int add_not_applicable_code(double code)
    {
        if ($self->not_applicable_count >= CX_MAX_CODES) return 0;
        $self->not_applicable_codes[$self->not_applicable_count++] = code;
        return 1;
    }
}

/* Design drops, one at a time, and the prior. */
%ignore cx_monitor_options::drops;
%ignore cx_monitor_options::drop_count;
%ignore cx_monitor_options::prior;
%extend cx_monitor_options {
    void clear_drops()
    {
        $self->drop_count = 0;
    }
    int add_drop(double points)
    {
        if ($self->drop_count >= CX_MONITOR_MOST_DROPS) return 0;
        $self->drops[$self->drop_count++] = points;
        return 1;
    }
    int drops_used()
    {
        return $self->drop_count;
    }
    double drop_at(int i)
    {
        return i >= 0 && i < CX_MONITOR_MOST_DROPS ? $self->drops[i] : NAN;
    }
    void set_prior(int i, double count)
    {
        if (i >= 0 && i < 3) $self->prior[i] = count;
    }
    double prior_at(int i)
    {
        return i >= 0 && i < 3 ? $self->prior[i] : NAN;
    }
}

/* The excluded rows of an estimate, by reason. */
%ignore cx_estimate::excluded;
%extend cx_estimate {
    int64_t excluded_for(int32_t reason)
    {
        return reason >= 0 && reason < 8 ? $self->excluded[reason] : 0;
    }
}

%ignore cx_ppi_result::unlabelled_out;
%extend cx_ppi_result {
    int64_t unlabelled_excluded(int32_t reason)
    {
        return reason >= 0 && reason < 8 ? $self->unlabelled_out[reason] : 0;
    }
}

/* An estimate from its figures, for the functions that take one. */
%extend cx_estimate {
    cx_estimate(double value, double ci_low, double ci_high, double confidence, double se, double df)
    {
        cx_estimate *made = (cx_estimate *)calloc(1, sizeof *made);
        if (!made) return NULL;
        made->value = value;
        made->ci_low = ci_low;
        made->ci_high = ci_high;
        made->confidence = confidence;
        made->se = se;
        made->df = df;
        made->p_value = NAN;
        return made;
    }
    void set_sample(int64_t n, double n_eff, double sum_w)
    {
        $self->n = n;
        $self->n_eff = n_eff;
        $self->sum_w = sum_w;
    }
    void set_kind(int32_t method, int32_t unit, uint32_t flags, double p_value)
    {
        $self->method = method;
        $self->unit = unit;
        $self->flags = flags;
        $self->p_value = p_value;
    }
    void set_excluded(int32_t reason, int64_t rows)
    {
        if (reason >= 0 && reason < CX_EXCLUDED_END) $self->excluded[reason] = rows;
    }
}

/* The lists of adjusting columns and groups are arguments of their own. */
%ignore cx_driver_options::adjust;
%ignore cx_driver_options::groups;
%ignore cx_driver_options::allocator;
%ignore cx_drivers;
%ignore cx_driver_fit_moments;
%ignore cx_driver_fit_rows;
%ignore cx_driver_fit_matrix;
%ignore cx_driver_full;
%rename(cx_driver_fit_moments) cx_driver_of_moments;
%rename(cx_driver_fit_rows) cx_driver_of_rows;
%rename(cx_driver_fit_matrix) cx_driver_of_matrix;
%inline %{
static cx_driver_options cx_driver_full(const cx_driver_options *options, const cx_array *adjust,
                                        const cx_array *groups)
{
    cx_driver_options full;
    if (options) {
        full = *options;
    } else {
        cx_driver_options_init(&full);
    }
    full.adjust = adjust;
    full.groups = groups;
    return full;
}

static cx_status cx_driver_of_moments(const cx_moments *x, const cx_array *drivers,
                                      const char *outcome, const cx_driver_options *options,
                                      const cx_array *adjust, const cx_array *groups,
                                      cx_driver_fit **out, cx_error *err)
{
    cx_driver_options full = cx_driver_full(options, adjust, groups);
    return cx_driver_fit_moments(x, drivers, outcome, &full, out, err);
}

static cx_status cx_driver_of_rows(const cx_frame *x, const cx_array *drivers, const char *outcome,
                                   const cx_array *weights, const cx_design *design,
                                   const cx_driver_options *options, const cx_array *adjust,
                                   const cx_array *groups, cx_driver_fit **out, cx_error *err)
{
    cx_driver_options full = cx_driver_full(options, adjust, groups);
    return cx_driver_fit_rows(x, drivers, outcome, weights, design, &full, out, err);
}

static cx_status cx_driver_of_matrix(const cx_frame *x, const cx_array *drivers,
                                     const char *outcome, double n,
                                     const cx_driver_options *options, const cx_array *adjust,
                                     const cx_array *groups, cx_driver_fit **out, cx_error *err)
{
    cx_driver_options full = cx_driver_full(options, adjust, groups);
    return cx_driver_fit_matrix(x, drivers, outcome, n, &full, out, err);
}
%}

/* How a column was read: address and type as C sees them. */
%cx_result(cx_column_seen)
%inline %{
typedef struct cx_column_seen {
    int64_t address; /* of the first element */
    int64_t length;
    int64_t stride;
    int64_t offset;
    int32_t dtype;
    int32_t unit;
    int32_t has_validity;
    int32_t has_dictionary;
} cx_column_seen;

static cx_status cx_column_see(const cx_array *x, cx_column_seen *out, cx_error *err)
{
    (void)err;
    if (!x) return CX_E_NULL;
    out->address = (int64_t)(intptr_t)x->data;
    out->length = x->length;
    out->stride = x->stride;
    out->offset = x->offset;
    out->dtype = x->dtype;
    out->unit = x->unit;
    out->has_validity = x->validity != NULL;
    out->has_dictionary = x->dictionary != NULL;
    return CX_OK;
}
%}

/* The ledger of a gate is the gate's: this one is yours. */
%inline %{
static cx_status cx_gate_copy_ledger(const cx_gate *self, cx_ledger **out, cx_error *err)
{
    return cx_ledger_copy(cx_gate_ledger(self), NULL, out, err);
}

static cx_status cx_gate_copy_recent(const cx_gate *self, cx_recent **out, cx_error *err)
{
    return cx_recent_copy(cx_gate_recent(self), NULL, out, err);
}

static int cx_gate_has_recent(const cx_gate *self)
{
    return cx_gate_recent(self) != NULL;
}
%}
