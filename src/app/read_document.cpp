// `bedplate read-document`: shows the text that a model gets of a document, or an image's facts.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/commands.hpp"
#include "documents/document_reader.hpp"

namespace bedplate::app {
namespace {

constexpr int kUsageError = 2;

/// "report.HTM" is html, "photo.JPG" jpeg.
std::string format_name(const ReadDocumentOptions& options) {
  std::string name = options.format;
  if (name.empty()) name = std::filesystem::path(options.file).extension().string();
  if (name.starts_with('.')) name.erase(0, 1);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  if (name == "htm") return "html";
  if (name == "jpg") return "jpeg";
  if (name == "markdown") return "md";
  return name;
}

void print_text(const documents::DocumentText& text) {
  for (std::size_t i = 0; i < text.pages.size(); ++i) {
    if (text.pages.size() > 1) fmt::print("--- page {} of {}\n", i + 1, text.pages.size());
    fmt::print("{}", text.pages[i]);
  }
}

Task<> print_document(documents::DocumentReader& reader, documents::DocumentFormat format,
                      std::string bytes) {
  const documents::DocumentText text = co_await reader.read(format, std::move(bytes));
  print_text(text);
}

Task<> print_image(documents::DocumentReader& reader, std::string bytes) {
  const documents::EngineImage image = co_await reader.to_engine_image(std::move(bytes));
  fmt::print("{}, {} x {} pixels; the engine gets {} bytes of {}\n",
             documents::name_of(image.original.format), image.original.width_px,
             image.original.height_px, image.bytes.size(), documents::name_of(image.format));
}

}  // namespace

int read_document_command(const ReadDocumentOptions& options) {
  const std::string name = format_name(options);
  const auto format = documents::document_format(name);
  if (!format && !documents::image_format(name)) {
    fmt::print(stderr, "bedplate: '{}' is no format of documents or images; use --format\n", name);
    return kUsageError;
  }
  std::ifstream file(options.file, std::ios::binary);
  std::ostringstream content;
  if (!file || !(content << file.rdbuf())) {
    fmt::print(stderr, "bedplate: {} cannot be read, or is empty\n", options.file);
    return kUsageError;
  }
  boost::asio::io_context context;
  documents::DocumentReader reader;
  std::exception_ptr failure;
  auto task =
      format ? print_document(reader, *format, content.str()) : print_image(reader, content.str());
  boost::asio::co_spawn(context, std::move(task),
                        [&](std::exception_ptr error) { failure = error; });
  context.run();
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const documents::DocumentError& error) {
    fmt::print(stderr, "bedplate: {} is refused ({}): {}\n", options.file,
               documents::name_of(error.fault), error.what());
    return 1;
  }
  return 0;
}

}  // namespace bedplate::app
