# frozen_string_literal: true

require "cxkit"
require "csv"
require "fileutils"
require "minitest/autorun"
require "rbconfig"
require "tmpdir"

# What the tests share: reference numbers, and memory views of every kind.
module Support
  VECTORS = ENV.fetch("CX_VECTORS") do
    File.join(ENV.fetch("CX_SRC", File.expand_path("../../..", __dir__)), "tests", "vectors")
  end
  NATIVE = Cxkit_native

  module_function

  def vectors(name)
    CSV.read(File.join(VECTORS, "#{name}.csv"), headers: true, strip: true).map(&:to_h)
  end

  # A class whose instances export the memory of a String: Exporter.new(bytes, format, item size,
  # stride, items). Compiled once: nothing in Ruby's own library exports more than bytes.
  def exporter
    @exporter ||= begin
      folder = Dir.mktmpdir
      at_exit { FileUtils.remove_entry(folder) }
      config = RbConfig::CONFIG
      source = File.join(__dir__, "exporter", "exporter.c")
      library = File.join(folder, "exporter.#{config['DLEXT']}")
      command = [*config["CC"].split, "-shared", "-fPIC", "-I#{config['rubyhdrdir']}",
                 "-I#{config['rubyarchhdrdir']}", "-o", library, source]
      raise "cannot compile #{source}" unless system(*command)

      require library
      Object.const_get(:CXKitExporter)
    end
  end

  # Native resources held at this moment.
  def live
    GC.start
    NATIVE.live
  end
end
