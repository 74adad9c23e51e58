// SPDX-License-Identifier: Apache-2.0
#include "cli/verb_parse.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/util.h"

const struct verb_arg verb_common_args[] = {
	{ .kind = VERB_FLAG, .name = "json", .help = "print JSON" },
	{ .kind = VERB_FLAG, .name = "help", .letter = 'h', .help = "explain this verb" },
	{ 0 },
};

struct verb_value_given {
	const struct verb_arg *arg;
	const char *text; /* "" for a flag */
};

struct verb_call {
	const struct verb *verb;
	struct verb_value_given *given; /* in the order of the words */
	size_t n_given;
	const char **rest;
	size_t n_rest;
};

/* Where the parser is. */
struct verb_words {
	char *const *words;
	int n, next;
};

const struct verb *verb_of(const struct verb_call *call)
{
	return call->verb;
}

void verb_call_free(struct verb_call *call)
{
	if (!call)
		return;
	free(call->given);
	free(call->rest);
	free(call);
}

static const struct verb_arg *arg_in(const struct verb_arg *args, const char *name, size_t length)
{
	for (; args && args->name; args++)
		if (strlen(args->name) == length && strncmp(args->name, name, length) == 0)
			return args;
	return NULL;
}

static const struct verb_arg *arg_by_name(const struct verb *verb, const char *name, size_t length)
{
	const struct verb_arg *arg = arg_in(verb->args, name, length);

	return arg ? arg : arg_in(verb_common_args, name, length);
}

static const struct verb_arg *arg_by_letter(const struct verb *verb, char letter)
{
	for (const struct verb_arg *arg = verb->args; arg && arg->name; arg++)
		if (arg->letter == letter)
			return arg;
	for (const struct verb_arg *arg = verb_common_args; arg->name; arg++)
		if (arg->letter == letter)
			return arg;
	return NULL;
}

static const char *value_of(const struct verb_call *call, const struct verb_arg *arg)
{
	for (size_t i = 0; i < call->n_given; i++)
		if (call->given[i].arg == arg)
			return call->given[i].text;
	return NULL;
}

/* The first positional that has no value yet, or the rest. */
static const struct verb_arg *arg_next_positional(const struct verb_call *call)
{
	for (const struct verb_arg *arg = call->verb->args; arg && arg->name; arg++)
		if (arg->kind == VERB_REST ||
		    (arg->kind == VERB_POSITIONAL && !value_of(call, arg)))
			return arg;
	return NULL;
}

static int usage_error(const struct verb *verb, struct err *err, const char *what)
{
	return err_set(err, ERR_USER, -EINVAL, NULL, "%s; 'terrace %s --help' explains it", what,
		       verb->name);
}

static int unknown_name(const struct verb *verb, const char *name, size_t length, struct err *err)
{
	char typed[NEAREST_NAME_MAX + 2];
	const char *best = NULL;

	snprintf(typed, sizeof(typed), "%.*s", (int)MIN(length, sizeof(typed) - 1), name);
	for (const struct verb_arg *arg = verb->args; arg && arg->name; arg++)
		nearest_offer(typed, arg->name, &best);
	for (const struct verb_arg *arg = verb_common_args; arg->name; arg++)
		nearest_offer(typed, arg->name, &best);
	if (best)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "command '%s' doesn't support option --%s; did you mean '--%s'?",
			       verb->name, typed, best);
	return err_set(err, ERR_USER, -EINVAL, NULL,
		       "command '%s' doesn't support option --%s; 'terrace %s --help' lists them",
		       verb->name, typed, verb->name);
}

static int give(struct verb_call *call, const struct verb_arg *arg, const char *text,
		struct err *err)
{
	if (arg->kind == VERB_REST) {
		call->rest[call->n_rest++] = text;
		return 0;
	}
	if (value_of(call, arg))
		return err_set(err, ERR_USER, -EINVAL, NULL, "option --%s already seen", arg->name);
	call->given[call->n_given++] = (struct verb_value_given){ arg, text };
	return 0;
}

/* A word that is a name: of it one would say that a value was forgotten before it. */
static bool looks_like_name(const char *word)
{
	return word[0] == '-' && word[1] == '-' && word[2] != '\0';
}

/* The value behind a name: what follows '=' (attached), or the next word. */
static int value_take(const struct verb *verb, const struct verb_arg *arg, const char *attached,
		      struct verb_words *at, const char **ret_text, struct err *err)
{
	const char *placeholder = arg->placeholder ? arg->placeholder : "VALUE";

	if (arg->kind == VERB_FLAG) {
		if (attached)
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "invalid '=' after option --%s: it takes no value",
				       arg->name);
		*ret_text = "";
		return 0;
	}
	if (attached) {
		*ret_text = attached;
		return 0;
	}
	if (at->next == at->n || looks_like_name(at->words[at->next]))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "expected syntax: --%s %s; 'terrace %s --help' explains it",
			       arg->name, placeholder, verb->name);
	*ret_text = at->words[at->next++];
	return 0;
}

static int long_name(struct verb_call *call, const char *word, struct verb_words *at,
		     struct err *err)
{
	const char *name = word + 2, *equals = strchr(name, '='), *text;
	size_t length = equals ? (size_t)(equals - name) : strlen(name);
	const struct verb_arg *arg = arg_by_name(call->verb, name, length);
	int ret;

	if (!arg)
		return unknown_name(call->verb, name, length, err);
	ret = value_take(call->verb, arg, equals ? equals + 1 : NULL, at, &text, err);
	return ret < 0 ? ret : give(call, arg, text, err);
}

static int short_name(struct verb_call *call, const char *word, struct verb_words *at,
		      struct err *err)
{
	const struct verb_arg *arg = arg_by_letter(call->verb, word[1]);
	const char *attached = word[2] ? word + 2 : NULL, *text;
	int ret;

	if (!arg)
		return err_set(
			err, ERR_USER, -EINVAL, NULL,
			"command '%s' doesn't support option -%c; 'terrace %s --help' lists them",
			call->verb->name, word[1], call->verb->name);
	ret = value_take(call->verb, arg, attached, at, &text, err);
	return ret < 0 ? ret : give(call, arg, text, err);
}

static int positional(struct verb_call *call, const char *word, struct err *err)
{
	const struct verb_arg *arg = arg_next_positional(call);

	if (!arg)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "unexpected data '%s'; 'terrace %s --help' explains the arguments",
			       word, call->verb->name);
	return give(call, arg, word, err);
}

/* -1 and -1024 are values. */
static bool is_name(const char *word)
{
	return word[0] == '-' && word[1] != '\0' && !(word[1] >= '0' && word[1] <= '9');
}

static int parse_words(struct verb_call *call, struct verb_words *at, struct err *err)
{
	bool names = true;

	while (at->next < at->n) {
		const char *word = at->words[at->next++];
		int ret;

		if (names && strcmp(word, "--") == 0) {
			names = false;
			continue;
		}
		if (!names || !is_name(word))
			ret = positional(call, word, err);
		else if (word[1] == '-')
			ret = long_name(call, word, at, err);
		else
			ret = short_name(call, word, at, err);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int check_required(const struct verb_call *call, struct err *err)
{
	char what[128];

	for (const struct verb_arg *arg = call->verb->args; arg && arg->name; arg++) {
		if (!arg->required || value_of(call, arg) ||
		    (arg->kind == VERB_REST && call->n_rest))
			continue;
		snprintf(what, sizeof(what), "command '%s' requires %s%s%s", call->verb->name,
			 arg->kind == VERB_OPTION ? "--" : "<", arg->name,
			 arg->kind == VERB_OPTION ? "" : "> option");
		return usage_error(call->verb, err, what);
	}
	return 0;
}

int verb_parse(const struct verb *verb, int n_words, char *const words[],
	       struct verb_call **ret_call, struct err *err)
{
	struct verb_words at = { words, n_words, 0 };
	AUTO(verb_call) call = calloc(1, sizeof(*call));
	int ret;

	if (!call)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "no memory");
	call->verb = verb;
	call->given = calloc((size_t)n_words + 1, sizeof(*call->given));
	call->rest = calloc((size_t)n_words + 1, sizeof(*call->rest));
	if (!call->given || !call->rest)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "no memory");
	ret = parse_words(call, &at, err);
	if (ret == 0 && !verb_wants_help(call))
		ret = check_required(call, err);
	if (ret < 0)
		return ret;
	*ret_call = TAKE_PTR(call);
	return 0;
}

/* Asking for a name that the verb's table lacks is a mistake in the program. */
static const char *value_by_name(const struct verb_call *call, const char *name)
{
	const struct verb_arg *arg = arg_by_name(call->verb, name, strlen(name));

	assert(arg && arg->kind != VERB_REST);
	return value_of(call, arg);
}

bool verb_flag(const struct verb_call *call, const char *name)
{
	return value_by_name(call, name) != NULL;
}

const char *verb_text(const struct verb_call *call, const char *name)
{
	return value_by_name(call, name);
}

size_t verb_rest(const struct verb_call *call, const char *const **ret_texts)
{
	*ret_texts = call->rest;
	return call->n_rest;
}

bool verb_json(const struct verb_call *call)
{
	return verb_flag(call, "json");
}

bool verb_wants_help(const struct verb_call *call)
{
	return verb_flag(call, "help");
}
