using System.Globalization;
using Microsoft.Data.Sqlite;
using Parley.Services.Locations;
using Parley.Services.Messaging;
using Parley.Sip.Messages;

namespace Parley.Storage.Sqlite;

/// <summary>Messages that wait, in an SQLite file. A commit each, since a sender is told 202 when it is done; its calls run on the thread pool, one at a time.</summary>
internal sealed class SqliteMessageStore(SqliteConnection connection) : IMessageStore
{
    private readonly SemaphoreSlim _one = new(1);
    private int _isClosed;

    public ValueTask<bool> AddAsync(StoredMessage message, int most, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return RunAsync(
            () =>
            {
                using var command = Command("""
                    INSERT INTO messages (recipient, id, sender, received, expires, type, headers, body)
                    SELECT $recipient, $id, $sender, $received, $expires, $type, $headers, $body WHERE (SELECT count(*) FROM messages WHERE recipient = $recipient) < $most
                    """);
                command.Parameters.AddWithValue("$recipient", message.Recipient.Text);
                command.Parameters.AddWithValue("$id", message.Id.ToString());
                command.Parameters.AddWithValue("$sender", message.Sender.ToString());
                command.Parameters.AddWithValue("$received", message.Received.ToUnixTimeMilliseconds());
                command.Parameters.AddWithValue("$expires", message.Expires.ToUnixTimeMilliseconds());
                command.Parameters.AddWithValue("$type", message.ContentType);
                // A header's value has no line end in it.
                command.Parameters.AddWithValue("$headers", string.Join('\n', message.Headers.Select(header => $"{header.Name}:{header.Value}")));
                command.Parameters.AddWithValue("$body", message.Body.ToArray());
                command.Parameters.AddWithValue("$most", most);
                return command.ExecuteNonQuery() > 0;
            },
            cancel);
    }

    public ValueTask<IReadOnlyList<StoredMessage>> ListAsync(AddressOfRecord recipient, CancellationToken cancel = default) => RunAsync<IReadOnlyList<StoredMessage>>(
        () =>
        {
            // Identifiers are made in the order of time, and so is their text.
            using var command = Command("SELECT id, sender, received, expires, type, headers, body FROM messages WHERE recipient = $recipient ORDER BY id");
            command.Parameters.AddWithValue("$recipient", recipient.Text);
            using var reader = command.ExecuteReader();
            List<StoredMessage> messages = [];
            while (reader.Read())
                messages.Add(Read(reader, recipient));
            return messages;
        },
        cancel);

    public ValueTask<IReadOnlyList<AddressOfRecord>> RecipientsAsync(CancellationToken cancel = default) => RunAsync<IReadOnlyList<AddressOfRecord>>(
        () =>
        {
            using var command = Command("SELECT DISTINCT recipient FROM messages");
            using var reader = command.ExecuteReader();
            List<AddressOfRecord> recipients = [];
            while (reader.Read())
            {
                if (AddressOfRecord.TryParse(reader.GetString(0), out var recipient))
                    recipients.Add(recipient);
            }

            return recipients;
        },
        cancel);

    public async ValueTask RemoveAsync(StoredMessage message, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        await RunAsync(
            () =>
            {
                using var command = Command("DELETE FROM messages WHERE recipient = $recipient AND id = $id");
                command.Parameters.AddWithValue("$recipient", message.Recipient.Text);
                command.Parameters.AddWithValue("$id", message.Id.ToString());
                return command.ExecuteNonQuery();
            },
            cancel).ConfigureAwait(false);
    }

    public ValueTask<int> ExpireAsync(DateTimeOffset now, CancellationToken cancel = default) => RunAsync(
        () =>
        {
            using var command = Command("DELETE FROM messages WHERE expires <= $now");
            command.Parameters.AddWithValue("$now", now.ToUnixTimeMilliseconds());
            return command.ExecuteNonQuery();
        },
        cancel);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
            return;
        await _one.WaitAsync().ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
        _one.Dispose();
    }

    private static StoredMessage Read(SqliteDataReader reader, AddressOfRecord recipient) => new()
    {
        Recipient = recipient,
        Id = Guid.Parse(reader.GetString(0), CultureInfo.InvariantCulture),
        Sender = SipAddress.Parse(reader.GetString(1)),
        Received = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(2)),
        Expires = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(3)),
        ContentType = reader.GetString(4),
        Headers = [.. reader.GetString(5).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Header)],
        Body = (byte[])reader.GetValue(6),
    };

    private static SipHeader Header(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return new(line[..colon], line[(colon + 1)..]);
    }

    private async ValueTask<T> RunAsync<T>(Func<T> work, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return await Task.Run(work, cancel).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw SqliteStorage.Failed("The messages that wait cannot be read or written", e);
        }
        finally
        {
            _one.Release();
        }
    }

    private SqliteCommand Command(string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }
}
