// The subcommands of the `bedplate` program. Each returns the process's exit status: 0, or 1 when
// it failed, or 2 when its configuration or arguments are wrong. Each prints its own messages.
#pragma once

#include <string>
#include <vector>

#include "app/configuration.hpp"

namespace CLI {
class App;
}

namespace bedplate::app {

int serve_command(const Configuration& configuration);

struct EnvOptions {
  bool bearer = false;        ///< an API key in place of the access key pair
  std::string format = "sh";  ///< sh, fish or json
};
int env_command(const Configuration& configuration, const EnvOptions& options);

struct ChatOptions {
  std::string model = "bedplate.demo-chat";
  std::string system;
  double temperature = 0;
  int max_tokens = 512;
};
int chat_command(const Configuration& configuration, const ChatOptions& options);

struct ModelsOptions {
  bool all = false;  ///< those that nothing is bound to as well
  bool json = false;
  std::string region;
};
int models_command(const Configuration& configuration, const ModelsOptions& options);

struct ReadDocumentOptions {
  std::string file;
  std::string format;  ///< as Converse names it; empty: by the file's extension
};
int read_document_command(const ReadDocumentOptions& options);

struct BackupOptions {
  std::string file;
  bool force = false;  ///< overwrite it
};
/// Writes all state to a file, beside a running server or without one.
int backup_command(const Configuration& configuration, const BackupOptions& options);
/// Replaces all state by that of a backup.
int restore_command(const Configuration& configuration, const std::string& file);

struct IamSimulateOptions {
  std::vector<std::string> policies;           ///< identity-based: files, or ARNs of AWS's
  std::string boundary;                        ///< permissions boundary; empty: none
  std::vector<std::string> session_policies;   ///< empty: none were passed
  std::vector<std::string> resource_policies;  ///< the role's trust policy for sts:AssumeRole…
  std::string principal, action, resource;
  std::string resource_account;      ///< empty: as the resource's ARN says
  std::vector<std::string> context;  ///< KEY=VALUE; a key given twice has two values
  bool json = false;
};
/// Exits with 0 when the request is allowed and 1 when it is denied.
int iam_simulate_command(const IamSimulateOptions& options);

struct AccountsOptions {
  enum class Action { kCreate, kList, kClose };
  Action action = Action::kList;
  std::string name;        ///< kCreate
  std::string account_id;  ///< kClose
  bool json = false;
};
/// Makes, lists and closes accounts, beside a running server or without one.
int accounts_command(const Configuration& configuration, const AccountsOptions& options);
/// Walks the audit log's chain and says what is wrong with it first; 1 when something is.
int audit_verify_command(const Configuration& configuration);

struct AuditShowOptions {
  std::string since;       ///< 2026-01-02 or 2026-01-02T03:04:05Z; empty: from the first
  std::string event_name;  ///< InvokeModel
  std::string user;        ///< a user's name, or a part of the caller's ARN
  bool errors = false;     ///< only calls that failed
};
/// Prints the events that match, one JSON object a line.
int audit_show_command(const Configuration& configuration, const AuditShowOptions& options);

struct QuotasListOptions {
  std::string account;      ///< empty: those that the configuration names, and `*` for every other
  std::string model = "*";  ///< an id, or a pattern with `*`
  std::string region;       ///< empty: the server's
  bool json = false;
};
int quotas_list_command(const Configuration& configuration, const QuotasListOptions& options);

struct UsageOptions {
  std::string by = "model";  ///< account, day, model, principal, profile or tag:KEY
  std::string from;          ///< 2026-01-02, UTC; empty: the first of this month
  std::string to;            ///< included; empty: today
  bool json = false;
};
/// Prints what was used of the models, and its price.
int usage_command(const Configuration& configuration, const UsageOptions& options);

int doctor_command(const Configuration& configuration);

/// Prints a completion script for bash, zsh or fish, made from the program's own options.
int completion_command(const CLI::App& program, const std::string& shell);

}  // namespace bedplate::app
