// SPDX-License-Identifier: Apache-2.0
/*
 * Completion for bash: a table of verbs and their arguments, and a small reader of it that asks
 * terrace for names of domains. Each argument is one word "KIND:NAME:VALUES" with KIND F(lag),
 * O(ption), P(ositional) or R(est), VALUES "@domain", "@running", "@stopped", "@file", "@verb",
 * nothing, or a list with commas.
 */
#include <string.h>

#include "cli/help.h"

static const char reader[] =
	"# One name a line: what the arguments of a verb may be.\n"
	"_terrace_values() {\n"
	"	case $1 in\n"
	"	@domain) terrace list --all --name 2>/dev/null ;;\n"
	"	@running) terrace list --name 2>/dev/null ;;\n"
	"	@stopped) terrace list --inactive --name 2>/dev/null ;;\n"
	"	@file) compgen -f -- \"$2\" ;;\n"
	"	@verb) printf '%s\\n' \"${_terrace_verbs// /$'\\n'}\" ;;\n"
	"	*) printf '%s\\n' \"${1//,/$'\\n'}\" ;;\n"
	"	esac\n"
	"}\n"
	"\n"
	"_terrace() {\n"
	"	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"	local verb=${COMP_WORDS[1]-} values='' names='' arg name value skip='' i given=0\n"
	"	local positionals=()\n"
	"	local IFS=$' \\t\\n'\n"
	"\n"
	"	COMPREPLY=()\n"
	"	if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
	"		mapfile -t COMPREPLY < <(compgen -W \"$_terrace_verbs\" -- \"$cur\")\n"
	"		return\n"
	"	fi\n"
	"	# bash cuts --mode=strict into three words.\n"
	"	if [ \"$cur\" = = ]; then\n"
	"		cur=''\n"
	"	elif [ \"$prev\" = = ]; then\n"
	"		prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"	fi\n"
	"	for arg in $(_terrace_args \"$verb\"); do\n"
	"		name=${arg#*:}\n"
	"		value=${name#*:}\n"
	"		name=--${name%%:*}\n"
	"		case $arg in\n"
	"		F:*) names+=\" $name\" ;;\n"
	"		O:* | P:*)\n"
	"			names+=\" $name\"\n"
	"			skip+=\" $name \"\n"
	"			[ \"$prev\" != \"$name\" ] || values=$value\n"
	"			;;\n"
	"		esac\n"
	"		[[ $arg != P:* ]] || positionals+=(\"$value\")\n"
	"	done\n"
	"	if [ -z \"$values\" ] && [[ $skip != *\" $prev \"* ]]; then\n"
	"		for ((i = 2; i < COMP_CWORD; i++)); do\n"
	"			[[ ${COMP_WORDS[i]} == [-=]* || ${COMP_WORDS[i - 1]} == = ||\n"
	"				$skip == *\" ${COMP_WORDS[i - 1]} \"* ]] || given=$((given "
	"+ 1))\n"
	"		done\n"
	"		values=${positionals[given]-}\n"
	"	fi\n"
	"	if [[ $cur == -* ]]; then\n"
	"		mapfile -t COMPREPLY < <(compgen -W \"$names --json --help\" -- \"$cur\")\n"
	"	elif [ -n \"$values\" ]; then\n"
	"		# Not by compgen -W, which would expand a name with a dollar in it.\n"
	"		while IFS= read -r value; do\n"
	"			[[ -z $value || $value != \"$cur\"* ]] || COMPREPLY+=(\"$value\")\n"
	"		done < <(_terrace_values \"$values\" \"$cur\")\n"
	"	fi\n"
	"}\n"
	"\n"
	"complete -o filenames -F _terrace terrace\n";

static void add_values(struct strbuf *out, const struct verb_arg *arg)
{
	static const char *const kinds[] = {
		[VERB_TEXT] = "",
		[VERB_DOMAIN] = "@domain",
		[VERB_DOMAIN_RUNNING] = "@running",
		[VERB_DOMAIN_STOPPED] = "@stopped",
		[VERB_FILE] = "@file",
		[VERB_CHOICE] = "",
		[VERB_VERB] = "@verb",
	};

	strbuf_add_text(out, kinds[arg->value]);
	for (size_t i = 0; arg->value == VERB_CHOICE && arg->choices[i]; i++)
		strbuf_addf(out, "%s%s", i ? "," : "", arg->choices[i]);
}

static void add_verb(struct strbuf *out, const struct verb *verb)
{
	static const char kinds[] = {
		[VERB_FLAG] = 'F',
		[VERB_OPTION] = 'O',
		[VERB_POSITIONAL] = 'P',
		[VERB_REST] = 'R',
	};

	if (!verb->args || !verb->args->name)
		return;
	strbuf_addf(out, "	%s) echo '", verb->name);
	for (const struct verb_arg *arg = verb->args; arg->name; arg++) {
		strbuf_addf(out, "%s%c:%s:", arg == verb->args ? "" : " ", kinds[arg->kind],
			    arg->name);
		add_values(out, arg);
	}
	strbuf_add_text(out, "' ;;\n");
}

void help_completion_bash(struct strbuf *out)
{
	strbuf_add_text(out, "# SPDX-License-Identifier: Apache-2.0\n"
			     "# Completion of terrace(1) for bash; made by "
			     "\"terrace help --completion bash\".\n"
			     "# shellcheck shell=bash\n\n"
			     "_terrace_verbs='");
	for (size_t i = 0; verbs[i]; i++)
		strbuf_addf(out, "%s%s", i ? " " : "", verbs[i]->name);
	strbuf_add_text(out, "'\n\n# KIND:NAME:VALUES of each argument.\n_terrace_args() {\n"
			     "	case $1 in\n");
	for (size_t i = 0; verbs[i]; i++)
		add_verb(out, verbs[i]);
	strbuf_add_text(out, "	esac\n}\n\n");
	strbuf_add_text(out, reader);
}
