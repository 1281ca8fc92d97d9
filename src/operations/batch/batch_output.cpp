#include "operations/batch/batch_output.hpp"

#include <fmt/format.h>

#include "jobs/job_rows.hpp"
#include "objects/object_text.hpp"
#include "objects/objects.hpp"

namespace bedplate::operations {
namespace {

constexpr std::string_view kManifest = "manifest.json.out";
/// Read from the store at once; each has about a MiB.
constexpr std::int64_t kPartsAtOnce = 4;

Task<> put_results(objects::Objects* objects, jobs::JobContext* context, std::int64_t stream,
                   objects::ObjectUri uri) {
  objects::PutOptions options;
  const std::unique_ptr<objects::ObjectWriter> writer =
      co_await objects->put_object(uri.bucket, uri.key, std::move(options));
  std::int64_t after = 0;
  for (;;) {
    const auto read = [id = context->job().id, stream, after](storage::Transaction& transaction) {
      return jobs::read_parts(transaction, id, stream, after, kPartsAtOnce);
    };
    std::vector<jobs::Part> parts = co_await context->store().read(read);
    if (parts.empty()) break;
    after = parts.back().number;
    for (jobs::Part& part : parts) co_await writer->write(std::move(part.content));
  }
  objects::CommitOptions commit;
  co_await writer->commit(std::move(commit));
}

Task<> put_all(BatchPlaces places, jobs::JobContext* context, BatchProgress progress) {
  objects::Objects& objects = *places.services->objects;
  const objects::ObjectUri folder = places.output.below(context->job().id);
  for (std::size_t i = 0; i < progress.files.size(); ++i) {
    objects::ObjectUri uri = folder.below(progress.files[i].name + ".out");
    co_await put_results(&objects, context, static_cast<std::int64_t>(i), std::move(uri));
  }
  std::string manifest = batch_manifest(progress.counts);
  objects::ObjectUri uri = folder.below(kManifest);
  std::string content_type = "application/json";
  co_await objects::write_object(objects, std::move(uri), std::move(manifest),
                                 std::move(content_type));
}

}  // namespace

std::string batch_manifest(const BatchCounts& counts) {
  return fmt::format(R"({{"totalRecordCount":{},"processedRecordCount":{},"successRecordCount":{},)"
                     R"("errorRecordCount":{},"inputTokenCount":{},"outputTokenCount":{}}})",
                     counts.total, counts.processed(), counts.succeeded, counts.failed,
                     counts.input_tokens, counts.output_tokens);
}

Task<> put_batch_output(BatchPlaces places, jobs::JobContext& context, BatchProgress progress) {
  std::exception_ptr problem;
  const std::string where = "The output at " + places.output.text();
  try {
    co_await put_all(places, &context, std::move(progress));
  } catch (const objects::ObjectsError&) {
    problem = std::current_exception();
  }
  if (problem) fail_or_rethrow(problem, where);
}

}  // namespace bedplate::operations
