// Completion scripts, from the same tables that parse the command line.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/commands.hpp"

namespace bedplate::app {
namespace {

std::vector<const CLI::App*> subcommands(const CLI::App& program) {
  return program.get_subcommands([](const CLI::App*) { return true; });
}

/// The options of a command; those of its own commands behind their names.
std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  for (const CLI::App* nested : subcommands(command)) {
    names.push_back(nested->get_name());
    for (const std::string& name : option_names(*nested)) names.push_back(name);
  }
  return names;
}

/// A text inside single quotes of every shell here.
std::string quoted(std::string text) {
  for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 4) {
    text.replace(at, 1, "'\\''");
  }
  return "'" + text + "'";
}

void print_bash(const CLI::App& program) {
  std::string names;
  std::string cases;
  for (const CLI::App* command : subcommands(program)) {
    names += command->get_name() + " ";
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command->get_name(),
                         fmt::join(option_names(*command), " "));
  }
  fmt::print(R"(_bedplate() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" words="{}--help --version"
  case "${{COMP_WORDS[COMP_CWORD-1]}}" in
    --config|--data-dir) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  [ "$COMP_CWORD" -gt 1 ] && case "${{COMP_WORDS[1]}}" in
{}  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -F _bedplate bedplate
)",
             names, cases);
}

void print_zsh(const CLI::App& program) {
  fmt::print("#compdef bedplate\n_bedplate() {{\n  local -a commands\n  commands=(\n");
  for (const CLI::App* command : subcommands(program)) {
    fmt::print("    {}\n", quoted(command->get_name() + ":" + command->get_description()));
  }
  fmt::print("  )\n  if (( CURRENT == 2 )); then _describe command commands; return; fi\n");
  fmt::print("  case $words[2] in\n");
  for (const CLI::App* command : subcommands(program)) {
    fmt::print("    {}) compadd -- {} ;;\n", command->get_name(),
               fmt::join(option_names(*command), " "));
  }
  fmt::print("  esac\n}}\n_bedplate \"$@\"\n");
}

void print_fish_options(const CLI::App& command, const std::string& name) {
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& text : option->get_lnames()) {
      fmt::print("complete -c bedplate -n '__fish_seen_subcommand_from {}' -l {} -d {}\n", name,
                 text, quoted(option->get_description()));
    }
  }
}

void print_fish(const CLI::App& program) {
  for (const CLI::App* command : subcommands(program)) {
    const std::string name = command->get_name();
    fmt::print("complete -c bedplate -f -n __fish_use_subcommand -a {} -d {}\n", name,
               quoted(command->get_description()));
    print_fish_options(*command, name);
    for (const CLI::App* nested : subcommands(*command)) {
      fmt::print("complete -c bedplate -n '__fish_seen_subcommand_from {}' -a {} -d {}\n", name,
                 nested->get_name(), quoted(nested->get_description()));
      print_fish_options(*nested, nested->get_name());
    }
  }
}

}  // namespace

int completion_command(const CLI::App& program, const std::string& shell) {
  if (shell == "bash") print_bash(program);
  if (shell == "zsh") print_zsh(program);
  if (shell == "fish") print_fish(program);
  return 0;
}

}  // namespace bedplate::app
