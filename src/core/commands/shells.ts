/** Scripts that make a shell ask the program itself what could come next. They evaluate nothing of what is typed or answered. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export function completionScript(shell: Shell, name: string): string {
  return SCRIPTS[shell].replaceAll('NAME', name);
}

const SCRIPTS: Readonly<Record<Shell, string>> = {
  // Without candidates readline completes the names of files.
  bash: `_NAME() {
	local line
	COMPREPLY=()
	while IFS= read -r line; do
		COMPREPLY+=("\${line%%$'\\t'*}")
	done < <(NAME complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _NAME NAME
`,
  zsh: `#compdef NAME
_NAME() {
	local line word
	local -a found
	while IFS= read -r line; do
		word=\${line%%$'\\t'*}
		found+=("\${word//:/\\\\:}:\${line#*$'\\t'}")
	done < <(NAME complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
	if (( $#found )); then
		_describe NAME found
	else
		_files
	fi
}
if [ "\${funcstack[1]}" = _NAME ]; then
	_NAME "$@"
else
	compdef _NAME NAME
fi
`,
  fish: `function __NAME_complete
	set -l words (commandline -opc)
	set -l current (commandline -ct)
	set -l found (NAME complete -- $words[2..] "$current" 2>/dev/null)
	if test (count $found) -gt 0
		string join \\n -- $found
	else
		__fish_complete_path (commandline -ct)
	end
end
complete --command NAME --no-files --arguments '(__NAME_complete)'
`,
};
