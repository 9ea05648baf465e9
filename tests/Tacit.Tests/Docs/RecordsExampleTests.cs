using Microsoft.Data.Sqlite;
using Tacit.Compression;
using Tacit.Modeling.Records;
using Tacit.Tests.Records;
using Tacit.Tests.Support;

namespace Tacit.Tests.Docs;

/// <summary>The example of docs/RECORDS.md: a table of SQLite whose rows are compressed, run as it stands there.</summary>
public class RecordsExampleTests
{
    // <table>
    /// <summary>A table of JSON records by key, each stored compressed.</summary>
    private sealed class UserTable : IDisposable
    {
        private const int MaxRecord = 1 << 16;

        private readonly SqliteConnection _database;
        private readonly RecordCodecSet _codecs;
        private readonly byte[] _coded, _record = new byte[MaxRecord];

        /// <summary>Opens the table. Rows are written with the last model, and read with whichever wrote them.</summary>
        public UserTable(string path, params RecordModel[] models)
        {
            _codecs = new RecordCodecSet(models, new RecordCodecOptions { TagLength = 4, Check = true });
            _coded = new byte[_codecs.GetMaxCompressedLength(MaxRecord)];
            _database = new SqliteConnection($"Data Source={path};Pooling=False");
            _database.Open();
            using SqliteCommand create = _database.CreateCommand();
            create.CommandText = "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, record BLOB NOT NULL)";
            create.ExecuteNonQuery();
        }

        /// <summary>Stores records under the keys first, first + 1, ….</summary>
        public void Insert(long first, byte[][] records)
        {
            using SqliteTransaction batch = _database.BeginTransaction();
            using SqliteCommand insert = _database.CreateCommand();
            insert.CommandText = "INSERT INTO users VALUES ($id, $record)";
            for (int i = 0; i < records.Length; i++)
            {
                if (records[i].Length > MaxRecord || !_codecs.TryCompress(records[i], _coded, out int length))
                    throw new ArgumentException($"record {i} has more than {MaxRecord} bytes", nameof(records));
                insert.Parameters.Clear();
                insert.Parameters.AddWithValue("$id", first + i);
                insert.Parameters.AddWithValue("$record", _coded[..length]);
                insert.ExecuteNonQuery();
            }
            batch.Commit();
        }

        public byte[]? Find(long id)
        {
            using SqliteCommand select = _database.CreateCommand();
            select.CommandText = "SELECT record FROM users WHERE id = $id";
            select.Parameters.AddWithValue("$id", id);
            if (select.ExecuteScalar() is not byte[] coded)
                return null;
            return _codecs.TryDecompress(coded, _record, out int length) ? _record[..length]
                : throw new InvalidDataException($"user {id} is damaged, or its model is missing");
        }

        public void Dispose()
        {
            _database.Dispose();
            _codecs.Dispose();
        }
    }
    // </table>

    [Fact]
    public void ATableOfMadeUpUsersHolds() => Run(RecordSamples.Users(40, 300), RecordSamples.Users(41, 1500), RecordSamples.Users(42, 1500), 2.5);

    [DataFact, Trait("Category", "Slow")]
    public void ATableOfRealUsersHolds()
    {
        byte[][] users = RecordFiles.Lines("github_users/train.jsonl.gz");
        Run(users[..2000], users[2000..4000], users[4000..6000], 3);
    }

    private static void Run(byte[][] samples, byte[][] early, byte[][] late, double least)
    {
        string folder = Directory.CreateTempSubdirectory("tacit-sqlite-").FullName;
        string path = Path.Combine(folder, "users.db");
        try
        {
            // <use>
            // Learn from some records; the model is a file to keep.
            byte[] first = RecordTraining.Train(samples);
            using (var table = new UserTable(path, RecordModel.Load(new MemoryStream(first))))
                table.Insert(0, early);

            // Later, learn from newer records. Old rows stay as they are, and are read with the old model.
            byte[] second = RecordTraining.Train(early);
            using (var table = new UserTable(path, RecordModel.Load(new MemoryStream(first)), RecordModel.Load(new MemoryStream(second))))
            {
                table.Insert(early.Length, late);
                byte[]? old = table.Find(7), young = table.Find(early.Length + 7);
                // </use>
                Assert.Equal(early[7], old);
                Assert.Equal(late[7], young);
                for (int i = 0; i < early.Length; i += 11)
                    Assert.Equal(early[i], table.Find(i));
                for (int i = 0; i < late.Length; i += 11)
                    Assert.Equal(late[i], table.Find(early.Length + i));
                Assert.Null(table.Find(early.Length + late.Length));
            }
            // Without the first model its rows cannot be read, and say so.
            using (var table = new UserTable(path, RecordModel.Load(new MemoryStream(second))))
            {
                Assert.Equal(late[0], table.Find(early.Length));
                Assert.Throws<InvalidDataException>(() => table.Find(0));
            }
            long plain = Plain(Path.Combine(folder, "plain.db"), [.. early, .. late]), coded = new FileInfo(path).Length;
            Assert.True(coded * least < plain, $"{plain} -> {coded} bytes");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The same rows as they are: the file's size.
    private static long Plain(string path, byte[][] records)
    {
        using (var database = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            database.Open();
            using SqliteTransaction transaction = database.BeginTransaction();
            using SqliteCommand command = database.CreateCommand();
            command.CommandText = "CREATE TABLE users (id INTEGER PRIMARY KEY, record BLOB NOT NULL)";
            command.ExecuteNonQuery();
            for (int i = 0; i < records.Length; i++)
            {
                command.CommandText = "INSERT INTO users VALUES ($id, $record)";
                command.Parameters.Clear();
                command.Parameters.AddWithValue("$id", i);
                command.Parameters.AddWithValue("$record", records[i]);
                command.ExecuteNonQuery();
            }
            transaction.Commit();
        }
        return new FileInfo(path).Length;
    }

    [Theory, InlineData("table"), InlineData("use")]
    public void ThePageShowsTheCodeAbove(string name)
    {
        string shown = Snippet.Of("Docs/RecordsExampleTests.cs", name);
        Assert.Contains($"```csharp\n{shown}\n```", File.ReadAllText(Path.Combine(Repository.Root, "docs", "RECORDS.md")), StringComparison.Ordinal);
    }
}
