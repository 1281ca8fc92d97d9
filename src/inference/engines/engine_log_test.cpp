#include "inference/engines/engine_log.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <sstream>

namespace bedplate::inference {
namespace {

class EngineLog : public testing::Test {
 protected:
  EngineLog() {
    std::string pattern = (std::filesystem::temp_directory_path() / "log-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    path = folder / "engine.log";
  }
  ~EngineLog() override { std::filesystem::remove_all(folder); }

  void write(const std::string& text) const { std::ofstream(path, std::ios::app) << text; }
  static std::string read(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }

  std::filesystem::path folder;
  std::filesystem::path path;
};

TEST_F(EngineLog, FindsTheFirstError) {
  write(
      "0.00.000.964 I srv  llama_server: initializing ...\n"
      "0.00.009.512 W srv  llama_server: security: no API key is set\n"
      "0.00.020.999 E llama_model_load: error loading model: tensor 'x' is not within the file\n"
      "0.00.021.013 E llama_model_load_from_file_impl: failed to load model\n");
  EXPECT_EQ(first_error_blocking(path, 0),
            "llama_model_load: error loading model: tensor 'x' is not within the file");
}

TEST_F(EngineLog, FindsErrorsOfTheArgumentParserAndTheLoader) {
  write("error: invalid argument: --nonsense\n");
  EXPECT_EQ(first_error_blocking(path, 0), "error: invalid argument: --nonsense");
  const auto offset = static_cast<std::int64_t>(std::filesystem::file_size(path));
  write("llama-server: error while loading shared libraries: libggml.so.0: cannot open\n");
  EXPECT_EQ(first_error_blocking(path, offset),
            "llama-server: error while loading shared libraries: libggml.so.0: cannot open");
}

TEST_F(EngineLog, LooksOnlyBehindTheOffset) {
  write("0.1 E old trouble\n");
  const auto offset = static_cast<std::int64_t>(std::filesystem::file_size(path));
  write("0.1 I fine\n");
  EXPECT_EQ(first_error_blocking(path, offset), "");
  EXPECT_EQ(first_error_blocking(folder / "missing", 0), "");
}

TEST_F(EngineLog, BoundsTheSizeWhileSomebodyAppends) {
  std::ofstream writer(path, std::ios::app);
  writer << std::string(100, 'a') << std::flush;
  bound_log_blocking(path, 100);
  EXPECT_EQ(std::filesystem::file_size(path), 100U) << "not longer than allowed";
  writer << "b" << std::flush;
  bound_log_blocking(path, 100);
  EXPECT_EQ(read(folder / "engine.log.1"), std::string(100, 'a') + "b");
  writer << "c" << std::flush;
  EXPECT_EQ(read(path), "c");
  bound_log_blocking(folder / "missing", 0);
}

}  // namespace
}  // namespace bedplate::inference
