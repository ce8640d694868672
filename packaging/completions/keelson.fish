# fish completion for keelson: /usr/share/fish/vendor_completions.d/keelson.fish, or keelson completion fish | source
function __keelson_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($words[1] complete fish $words[2..] "$current" 2>/dev/null)
    switch "$lines[1]"
        case values
            string join \n -- $lines[2..]
        case folders
            __fish_complete_directories "$current" ''
        case files
            for found in (complete -C "__fish_command_without_completions $current")
                set -l path (string split -f 1 \t -- $found)
                for pattern in '*/' $lines[2..]
                    if string match -q -- $pattern $path
                        echo $found
                        break
                    end
                end
            end
    end
end
complete -c keelson -f -a '(__keelson_complete)'
