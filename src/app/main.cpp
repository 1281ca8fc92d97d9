// The `bedplate` program: reads the command line and runs one subcommand.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <iostream>

#include "app/commands.hpp"
#include "app/version.hpp"
#include "base/log.hpp"
#include "documents/reading_child.hpp"

namespace bedplate::app {
namespace {

constexpr int kUsageError = 2;

void apply_log_level(const std::string& name) {
  if (name == "debug") return log::set_level(log::Level::kDebug);
  if (name == "info") return log::set_level(log::Level::kInfo);
  if (name == "warning") return log::set_level(log::Level::kWarning);
  if (name == "error") return log::set_level(log::Level::kError);
  throw std::invalid_argument(
      fmt::format("log_level '{}' is none of debug, info, warning, error", name));
}

/// Runs a command with its configuration; a wrong configuration is the user's to mend.
int with_configuration(const ConfigurationFlags& flags,
                       const std::function<int(const Configuration&)>& command) {
  Configuration configuration;
  try {
    configuration = load_configuration_blocking(flags);
    apply_log_level(configuration.log_level);
  } catch (const std::invalid_argument& problem) {
    fmt::print(stderr, "bedplate: {}\n", problem.what());
    return kUsageError;
  }
  return command(configuration);
}

void add_common(CLI::App& command, ConfigurationFlags& flags) {
  command.add_option("--config", flags.config_file, "Configuration file (TOML)")->type_name("FILE");
  command
      .add_option("--data-dir", flags.data_dir,
                  "Where credentials and state live (default: ~/.local/share/bedplate)")
      ->type_name("DIR");
}

/// `iam` and what is below it. Returns `iam simulate`.
CLI::App& add_iam(CLI::App& program, IamSimulateOptions& options) {
  CLI::App& iam = *program.add_subcommand("iam", "Look at access control");
  iam.require_subcommand(1);
  CLI::App& simulate =
      *iam.add_subcommand("simulate", "Explain what policies say about one request");
  simulate.add_option("--policy", options.policies, "Identity-based policy: a file or AWS's ARN")
      ->type_name("FILE");
  simulate.add_option("--boundary", options.boundary, "Permissions boundary")->type_name("FILE");
  simulate.add_option("--session-policy", options.session_policies, "Session policy")
      ->type_name("FILE");
  simulate
      .add_option("--resource-policy", options.resource_policies,
                  "Policy of the resource; a role's trust policy for sts:AssumeRole")
      ->type_name("FILE");
  simulate.add_option("--principal", options.principal, "Who asks")->required()->type_name("ARN");
  simulate.add_option("--action", options.action, "E.g. bedrock:InvokeModel")->required();
  simulate.add_option("--resource", options.resource, "On what; * for actions without resource")
      ->required()
      ->type_name("ARN");
  simulate.add_option("--resource-account", options.resource_account,
                      "Owner of the resource (default: as its ARN says)");
  simulate.add_option("--context", options.context, "Condition keys of the request")
      ->type_name("KEY=VALUE");
  simulate.add_flag("--json", options.json, "Print JSON");
  return simulate;
}

void add_accounts(CLI::App& accounts, ConfigurationFlags& flags, AccountsOptions& options) {
  using Action = AccountsOptions::Action;
  accounts.require_subcommand(1);
  const auto add = [&](const char* name, const char* description, Action action) {
    CLI::App* command = accounts.add_subcommand(name, description);
    add_common(*command, flags);
    command->callback([&options, action] { options.action = action; });
    return command;
  };
  CLI::App* create =
      add("create", "Make an account and print its administrator's keys, once", Action::kCreate);
  create->add_option("name", options.name, "What to call it")->required();
  create->add_flag("--json", options.json, "Print JSON");
  add("list", "List the accounts", Action::kList)->add_flag("--json", options.json, "Print JSON");
  add("close", "Close an account: none of its keys works any more", Action::kClose)
      ->add_option("id", options.account_id, "Twelve digits")
      ->required();
}

void add_audit(CLI::App& audit, ConfigurationFlags& flags, AuditShowOptions& options) {
  audit.require_subcommand(1);
  add_common(*audit.add_subcommand("verify", "Check that nobody has changed the audit log"), flags);
  CLI::App& show = *audit.add_subcommand("show", "Print events, one JSON object a line");
  add_common(show, flags);
  show.add_option("--since", options.since, "2026-01-02 or 2026-01-02T03:04:05Z")
      ->type_name("TIME");
  show.add_option("--event-name", options.event_name, "Only calls of this operation")
      ->type_name("NAME");
  show.add_option("--user", options.user, "Only calls by this user, role or ARN")
      ->type_name("NAME");
  show.add_flag("--errors", options.errors, "Only calls that failed");
}

CLI::App& add_usage(CLI::App& program, ConfigurationFlags& flags, UsageOptions& options) {
  CLI::App& usage =
      *program.add_subcommand("usage", "Show what was used of the models and what it costs on AWS");
  add_common(usage, flags);
  usage.add_option("--by", options.by, "account, day, model, principal, profile or tag:KEY")
      ->capture_default_str();
  usage.add_option("--from", options.from, "First day (default: the first of this month)")
      ->type_name("2026-01-02");
  usage.add_option("--to", options.to, "Last day (default: today)")->type_name("2026-01-31");
  usage.add_flag("--json", options.json, "Print JSON");
  return usage;
}

/// `quotas` and what is below it. Returns `quotas list`.
CLI::App& add_quotas(CLI::App& program, ConfigurationFlags& flags, QuotasListOptions& options) {
  CLI::App& quotas = *program.add_subcommand("quotas", "Look at limits of use");
  quotas.require_subcommand(1);
  CLI::App& list = *quotas.add_subcommand("list", "List the limits that the configuration sets");
  add_common(list, flags);
  list.add_option("--account", options.account, "Only what holds for this account");
  list.add_option("--model", options.model, "Only this model; * stands for any text");
  list.add_option("--region", options.region, "Logical region (default: the server's)");
  list.add_flag("--json", options.json,
                "Print JSON, shaped like Service Quotas' ListServiceQuotas");
  return list;
}

int run(int argc, char** argv) {
  CLI::App program{"Amazon Bedrock on your own machines."};
  program.name("bedplate");
  program.require_subcommand(1);
  program.set_version_flag("--version", version_text());
  program.footer("Run `bedplate COMMAND --help` for a command's options.");

  ConfigurationFlags flags;
  EnvOptions env_options;
  ChatOptions chat_options;
  ModelsOptions models_options;
  ReadDocumentOptions read_document_options;
  BackupOptions backup_options;
  AccountsOptions accounts_options;
  AuditShowOptions show_options;
  std::string restore_file;
  IamSimulateOptions iam_simulate_options;
  QuotasListOptions quotas_list_options;
  UsageOptions usage_options;
  std::string shell;

  CLI::App& serve = *program.add_subcommand("serve", "Start the server in the foreground");
  add_common(serve, flags);
  serve.add_option("--listen", flags.listen, "Address to listen on (default: 127.0.0.1:4580)")
      ->type_name("HOST:PORT");
  serve.add_flag("--no-auth", flags.no_authentication,
                 "Accept unsigned requests; only on a loopback address");

  CLI::App& env = *program.add_subcommand("env", "Print the environment that a client needs");
  add_common(env, flags);
  env.add_option("--listen", flags.listen, "The server's address, when it is not running yet")
      ->type_name("HOST:PORT");
  env.add_flag("--bearer", env_options.bearer, "Use an API key instead of an access key");
  env.add_option("--format", env_options.format, "sh, fish or json")
      ->check(CLI::IsMember({"sh", "fish", "json"}));

  CLI::App& chat = *program.add_subcommand("chat", "Talk to a model of the running server");
  add_common(chat, flags);
  chat.add_option("--listen", flags.listen, "The server's address")->type_name("HOST:PORT");
  chat.add_option("model", chat_options.model, "Model id (default: bedplate.demo-chat)");
  chat.add_option("--system", chat_options.system, "System prompt");
  chat.add_option("--temperature", chat_options.temperature, "0 to 1 (default: 0)")
      ->check(CLI::Range(0.0, 1.0));
  chat.add_option("--max-tokens", chat_options.max_tokens, "Longest reply (default: 512)")
      ->check(CLI::PositiveNumber);

  CLI::App& models = *program.add_subcommand("models", "Show which engine serves which model");
  add_common(models, flags);
  models.add_flag("--all", models_options.all, "List models without an engine too");
  models.add_flag("--json", models_options.json, "Print JSON");
  models.add_option("--region", models_options.region, "Logical region (default: the server's)");

  CLI::App& doctor =
      *program.add_subcommand("doctor", "Check engine, models, port and disk, and say what to do");
  add_common(doctor, flags);
  doctor.add_option("--listen", flags.listen, "The address to check")->type_name("HOST:PORT");

  CLI::App& backup =
      *program.add_subcommand("backup", "Write all state to one file; the server may run");
  add_common(backup, flags);
  backup.add_option("file", backup_options.file, "The file to write")
      ->required()
      ->type_name("FILE");
  backup.add_flag("--force", backup_options.force, "Overwrite the file");

  CLI::App& restore = *program.add_subcommand(
      "restore", "Replace all state by that of a backup; the server may run");
  add_common(restore, flags);
  restore.add_option("file", restore_file, "The backup")->required()->type_name("FILE");

  CLI::App& accounts = *program.add_subcommand("accounts", "Make, list and close accounts");
  add_accounts(accounts, flags, accounts_options);

  CLI::App& audit = *program.add_subcommand("audit", "Read and check the audit trail");
  add_audit(audit, flags, show_options);

  CLI::App& read_document =
      *program.add_subcommand("read-document", "Print the text that a model gets of a document");
  read_document.add_option("file", read_document_options.file, "The document or image")
      ->required()
      ->type_name("FILE");
  read_document.add_option("--format", read_document_options.format,
                           "pdf, csv, doc, docx, xls, xlsx, html, txt, md, png, jpeg, gif or webp "
                           "(default: by the file's name)");

  const CLI::App& iam_simulate = add_iam(program, iam_simulate_options);
  const CLI::App& quotas_list = add_quotas(program, flags, quotas_list_options);
  const CLI::App& usage = add_usage(program, flags, usage_options);

  CLI::App& completion =
      *program.add_subcommand("completion", "Print a completion script for your shell");
  completion.add_option("shell", shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));

  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    const int status = program.exit(problem);
    return status == 0 ? 0 : kUsageError;
  }
  if (serve.parsed()) return with_configuration(flags, serve_command);
  if (completion.parsed()) return completion_command(program, shell);
  if (iam_simulate.parsed()) return iam_simulate_command(iam_simulate_options);
  if (read_document.parsed()) return read_document_command(read_document_options);
  return with_configuration(flags, [&](const Configuration& configuration) {
    if (env.parsed()) return env_command(configuration, env_options);
    if (chat.parsed()) return chat_command(configuration, chat_options);
    if (models.parsed()) return models_command(configuration, models_options);
    if (usage.parsed()) return usage_command(configuration, usage_options);
    if (quotas_list.parsed()) return quotas_list_command(configuration, quotas_list_options);
    if (backup.parsed()) return backup_command(configuration, backup_options);
    if (accounts.parsed()) return accounts_command(configuration, accounts_options);
    if (audit.got_subcommand("verify")) return audit_verify_command(configuration);
    if (audit.parsed()) return audit_show_command(configuration, show_options);
    if (restore.parsed()) return restore_command(configuration, restore_file);
    return doctor_command(configuration);
  });
}

}  // namespace
}  // namespace bedplate::app

int main(int argc, char** argv) {
  // The server's own children; no command for people.
  if (argc == 3 && std::string_view(argv[1]) == "read-document-child") {
    bedplate::documents::reading_child(argv[2]);
  }
  try {
    return bedplate::app::run(argc, argv);
  } catch (const std::exception& problem) {
    fmt::print(stderr, "bedplate: {}\n", problem.what());
    return 1;
  }
}
