# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for mfwctl: the command itself knows the candidates.
_mfwctl() {
	local IFS=$'\n' word

	# Without '=' and ':' as word breaks, so that --mode=... is one word.
	if declare -F _get_comp_words_by_ref >/dev/null; then
		local cur words cword
		_get_comp_words_by_ref -n =: cur words cword
	else
		local cur=${COMP_WORDS[COMP_CWORD]} cword=$COMP_CWORD
		local -a words=("${COMP_WORDS[@]}")
	fi
	COMPREPLY=()
	# Of a word in quotes bash wants what is inside.
	[[ ${words[cword]} != [\'\"]* ]] || words[cword]=${words[cword]:1}
	while read -r word; do
		COMPREPLY+=("$word")
	done < <("${words[0]}" --complete "${words[@]:1:cword}" 2>/dev/null)
	[[ $cur == -*=* ]] && return
	[[ ${#COMPREPLY[@]} -eq 0 ]] && compopt -o default
}
complete -F _mfwctl mfwctl
