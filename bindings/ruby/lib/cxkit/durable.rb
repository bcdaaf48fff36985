# frozen_string_literal: true

begin
  require "sqlite3"
rescue LoadError
  raise LoadError, "CXKit::DurableLedger needs the gem sqlite3: gem install sqlite3"
end

module CXKit
  # The log of a gate in an SQLite file: what was decided is there after a crash. The file is that of the C library
  # libcxkit-ledger and of Python: each opens what the others wrote. It needs the gem sqlite3, which is loaded when this
  # class is first named, with SQLite 3.37 or later. One process at a time has the file open.
  class DurableLedger
    FORMAT = 2
    SALT = 0x6378737472
    MAGIC = 0x324B52414D5843
    APART = 512
    JOURNAL = %i[id event time point contact probability u retry_at period policy allocation invite reason rule action
                 frequency repeat attributes checksum].freeze
    STATE = %i[format commits last rows sum points gate checksum].freeze
    TYPES = Hash.new("INTEGER NOT NULL").merge(id: "INTEGER PRIMARY KEY", probability: "REAL NOT NULL", u: "REAL").freeze
    TABLES = ["CREATE TABLE journal(#{JOURNAL.map { |name| "#{name} #{TYPES[name]}" }.join(', ')}) STRICT",
              "CREATE TABLE state(id INTEGER PRIMARY KEY CHECK (id = 1), " \
              "#{STATE.map { |name| "#{name} INTEGER NOT NULL" }.join(', ')}) STRICT"].freeze
    SETTINGS = ["PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
                "PRAGMA secure_delete=ON", "PRAGMA cell_size_check=ON", "BEGIN EXCLUSIVE", "COMMIT"].freeze
    WORD = 1 << 64
    NAN_BITS = 0x7FF8000000000000
    End = Struct.new(:commits, :last, :rows, :sum) do
      def same?(other)
        rows == other.rows && sum == other.sum
      end
    end
    private_constant :FORMAT, :SALT, :MAGIC, :APART, :JOURNAL, :STATE, :TYPES, :TABLES, :SETTINGS, :WORD, :NAN_BITS, :End

    # The gate, for its coverage, points and ledger; decisions go through this.
    attr_reader :gate

    # A block gets the log, which is closed when it ends.
    def self.open(path, gate, **options)
      log = new(path, gate, **options)
      return log unless block_given?

      begin
        yield log
      ensure
        log.close
      end
    end

    # path:: of the file; path-mark beside it says how far the log has come
    # gate:: with its rules, points and goals, and without a decision yet: the log is played into it
    # group:: false: every call is on disk when it returns; true: when commit has returned
    # accept_loss:: open a file whose end or mark is missing, with what is left
    def initialize(path, gate, group: false, accept_loss: false)
      no(:option, "gate is a #{gate.class}; it has to be a CXKit::Gate") unless gate.is_a?(Gate)

      @gate = gate
      @group = group
      @lock = Mutex.new
      @failed = @begun = false
      start(path.to_s, accept_loss)
    rescue StandardError
      drop
      raise
    end

    # As Gate#decide, and the row is on disk when it returns; if the disk fails, the decision is not given out.
    def decide(contact, point, time, attributes: 0)
      call do
        begin_rows
        found = @gate.__send__(:decide_row, contact, point, time, attributes)
        words = JOURNAL[2..-2].to_h { |name| [name, found.public_send(name)] }
        append(words.merge(event: -1))
        @gate.__send__(:decision_of, found, point, time)
      end
    end

    # As Gate#record, and the row is on disk when it returns.
    def record(contact, point, event, time)
      kind = Options.word(:event, event, Ledger::EVENTS)
      words = {event: kind, time: Options.moment(:time, time), contact: @gate.__send__(:key_of, contact),
               point: @gate.__send__(:number, point), probability: 0.0, u: 0.0}
      call do
        begin_rows
        @gate.record(contact, point, event, time)
        append(words)
      end
      self
    end

    # With group: puts all rows since the last commit on disk; then they may be acted upon.
    def commit
      call do
        no(:limit, "an earlier row could not be written; open the file again") if @failed
        finish
      end
      self
    end

    # Deletes all rows of a contact, overwrites them, and forgets it in the gate; whether there were any.
    def erase?(contact)
      key = signed(@gate.__send__(:key_of, contact))
      call do
        begin_rows
        found = or_fail { sql("SELECT checksum FROM journal WHERE contact = ?", [key]).flatten }
        or_fail { sql("DELETE FROM journal WHERE contact = ?", [key]) }
        @end.rows -= found.size
        @end.sum = (@end.sum - found.sum) % WORD
        Native.cx_gate_erase(@gate.__send__(:handle), key % WORD)
        finish
        said("the log cannot be written") { sql("PRAGMA wal_checkpoint(TRUNCATE)") }
        found.any?
      end
    end

    # Rows of the log.
    def size
      @end.rows
    end

    # Commits and closes; a second time is nothing.
    def close
      @lock.synchronize do
        finish if @db && !@failed
      ensure
        drop
      end
    end

    private

    def no(status, sentence)
      CXKit.send(:refuse, status, sentence)
    end

    def call(&block)
      @lock.synchronize do
        no(:limit, "the log is closed") unless @db
        block.call
      end
    end

    def said(what)
      yield
    rescue SQLite3::BusyException, SQLite3::LockedException
      no(:limit, "#{what}: another process has it open")
    rescue SQLite3::CorruptException, SQLite3::NotADatabaseException, SQLite3::SQLException => e
      no(:format, "#{what}: it is damaged, or no log of a gate (#{e.message})")
    rescue SQLite3::Exception, SystemCallError => e
      no(:limit, "#{what}: #{e.message}")
    end

    def sql(text, values = [])
      @db.execute(text, values)
    end

    def signed(word)
      word >= WORD / 2 ? word - WORD : word
    end

    def checksum(bytes)
      Native.cx_contact_text(bytes, SALT).key
    end

    # -- opening

    def start(path, accept_loss)
      said("the file cannot be opened") do
        no(:limit, "SQLite is #{SQLite3::SQLITE_VERSION}; 3.37 or later is needed") if SQLite3::SQLITE_VERSION_NUMBER < 3_037_000
        @db = SQLite3::Database.new(path)
        SETTINGS.each { |setting| sql(setting) }
        open_mark("#{path}-mark", accept_loss)
      end
      tables = said("the file cannot be read") { sql("SELECT sql FROM sqlite_master ORDER BY rowid").flatten }
      return first(accept_loss) if tables.empty?

      said("the file cannot be read") { load(tables, accept_loss) }
      if accept_loss # log and mark agree from now on
        begin_rows
        finish
      elsif @end.commits != @mark.commits
        write_mark # what was seen once is not lost in silence later
      end
    end

    def first(accept_loss)
      if @mark.rows.positive? && !accept_loss
        no(:format, "the log is empty or missing, and #{@mark.rows} rows were acknowledged; accept_loss begins a new one")
      end
      @end = End.new(@mark.commits, @mark.last, 0, 0)
      begin_rows
      said("the file cannot be made") { TABLES.each { |table| sql(table) } }
      finish
    end

    def load(tables, accept_loss)
      check = sql("PRAGMA integrity_check(1)").flatten.first
      no(:format, "the file is damaged: #{check}") unless check == "ok"
      @end = state
      unless tables == TABLES
        no(:format, "the tables of the file are not those of a log of a gate: it is damaged, or another file")
      end
      compare unless accept_loss
      found = replay
      unless found.same?(@end) && found.last <= @end.last
        no(:format, "the log has #{found.rows} rows, and not the #{@end.rows} that were written")
      end
      @end.last = [@end.last, @mark.last].max
      @end.commits = [@end.commits, @mark.commits].max
    end

    def state
      row = sql("SELECT #{STATE.join(', ')} FROM state").first
      no(:format, "the file has lost the row that says what it holds") unless row
      unless row.last == signed(checksum(row[0..-2].pack("q<*")))
        no(:format, "the row that says what the file holds is damaged")
      end
      version, commits, last, rows, sum, points, fingerprint = row
      no(:version, "the file has format #{version}; this version reads #{FORMAT}") unless version == FORMAT
      unless points <= @gate.size && fingerprint == fingerprint_of(points)
        no(:mismatch, "the file is the log of a gate with another seed, salt or other points")
      end
      End.new(commits, last, rows, sum % WORD)
    end

    def fingerprint_of(points)
      signed(Native.cx_gate_fingerprint(@gate.__send__(:handle), points))
    end

    def compare
      hint = "accept_loss opens it all the same"
      if !@marked && @end.last.positive?
        no(:format, "#{@file.path} is missing, so that nobody can tell whether the log is whole; #{hint}")
      elsif @mark.commits > @end.commits
        no(:format, "the end of the log is missing: it goes to row #{@end.last}, and row #{@mark.last} was " \
                    "acknowledged; accept_loss opens what is left")
      elsif @mark.commits == @end.commits && !(@mark.last == @end.last && @mark.same?(@end))
        no(:format, "#{@file.path} belongs to another log; #{hint}")
      end
    end

    def replay
      found = End.new(0, 0, 0, 0)
      sql("SELECT #{JOURNAL.join(', ')} FROM journal ORDER BY id").each do |row|
        words = JOURNAL.zip(row).to_h
        sum = checksum(packed(words))
        no(:format, "row #{words[:id]} of the log is damaged") unless words[:checksum] == signed(sum)
        play(words)
        found = End.new(0, words[:id], found.rows + 1, (found.sum + sum) % WORD)
      end
      found
    end

    def play(words)
      key = words[:contact] % WORD
      handle = @gate.__send__(:handle)
      return Native.cx_gate_record(handle, key, *words.values_at(:point, :event, :time)) unless words[:event].negative?

      words.update(contact: key, attributes: words[:attributes] % WORD, u: words[:u] || Float::NAN)
      made = Native::Cx_decision.new
      JOURNAL[2..-2].each { |name| made.public_send(:"#{name}=", words[name]) }
      Native.cx_gate_replay(handle, made)
    end

    # -- the mark: two slots in two sectors take turns

    def open_mark(path, accept_loss)
      @file = File.open(path, File::RDWR | File::CREAT | File::BINARY, 0o600)
      found = [0, 1].filter_map { |slot| read_mark(slot) }
      @marked = found.any?
      @mark = found.max_by(&:commits) || End.new(0, 0, 0, 0)
      return if @marked || accept_loss || @file.size.zero?

      no(:format, "#{path} is damaged, so that nobody can tell whether the log is whole; accept_loss opens it all the same")
    end

    def read_mark(slot)
      @file.seek(slot * APART)
      data = @file.read(48)
      return if data.nil? || data.bytesize < 48

      magic, commits, last, rows, sum, check = data.unpack("q<*")
      End.new(commits, last, rows, sum % WORD) if magic == MAGIC && check == signed(checksum(data[0, 40]))
    end

    def write_mark
      data = [MAGIC, @end.commits, @end.last, @end.rows, signed(@end.sum)].pack("q<*")
      @file.seek(@end.commits % 2 * APART)
      @file.write(data + [signed(checksum(data))].pack("q<"))
      @file.fsync
    end

    # -- writing

    def begin_rows
      no(:limit, "an earlier row could not be written; open the file again") if @failed
      return if @begun

      said("the log cannot be written") { sql("BEGIN IMMEDIATE") }
      @begun = true
    end

    def or_fail(&block)
      said("the log cannot be written", &block)
    rescue StandardError
      @failed = true
      @begun = false
      @db.rollback if @db.transaction_active?
      raise
    end

    def finish
      return unless @begun

      @end.commits += 1
      or_fail do
        state = [FORMAT, @end.commits, @end.last, @end.rows, signed(@end.sum), @gate.size, fingerprint_of(@gate.size)]
        state << signed(checksum(state.pack("q<*")))
        sql("INSERT OR REPLACE INTO state VALUES (1,?,?,?,?,?,?,?,?)", state)
        sql("COMMIT")
        write_mark
      end
      @begun = false
    end

    def append(words)
      words = JOURNAL.to_h { |name| [name, words.fetch(name, 0)] }
      words.update(id: @end.last + 1, contact: signed(words[:contact]), attributes: signed(words[:attributes]))
      words[:u] = nil if words[:u].nan?
      sum = checksum(packed(words))
      words[:checksum] = signed(sum)
      or_fail { sql("INSERT INTO journal VALUES (#{(['?'] * JOURNAL.size).join(',')})", words.values) }
      @end.last += 1
      @end.rows += 1
      @end.sum = (@end.sum + sum) % WORD
      finish unless @group
    end

    # The bytes that a row's checksum is of.
    def packed(words)
      doubles = words.values_at(:probability, :u).map { |value| value ? [value].pack("E") : [NAN_BITS].pack("q<") }
      words.values_at(*JOURNAL[0, 5]).pack("q<*") + doubles.join + words.values_at(*JOURNAL[7..-2]).pack("q<*")
    end

    def drop
      @db&.close
      @file&.close
      @db = @file = nil
      @begun = false
    end
  end
end
