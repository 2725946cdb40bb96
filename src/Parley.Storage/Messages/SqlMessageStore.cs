using System.Data;
using System.Data.Common;
using System.Globalization;
using Parley.Services.Locations;
using Parley.Services.Messaging;
using Parley.Sip.Messages;

namespace Parley.Storage.Messages;

/// <summary>Messages in a table, in SQL that SQLite and PostgreSQL both speak. One connection, one call after the other: messages are few.</summary>
internal sealed class SqlMessageStore(DbConnection connection, string table) : IMessageStore
{
    private readonly SemaphoreSlim _one = new(1);
    private int _isClosed;

    public ValueTask<bool> AddAsync(StoredMessage message, int most, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return RunAsync(
            $"""
            INSERT INTO {table} (id, recipient, received, expires, sender, type, headers, body)
            SELECT @id, @recipient, @received, @expires, @sender, @type, @headers, @body WHERE (SELECT count(*) FROM {table} WHERE recipient = @recipient) < @most
            """,
            async command =>
            {
                Set(command, "id", message.Id.ToString());
                Set(command, "recipient", message.Recipient.Text);
                Set(command, "received", message.Received.ToUnixTimeMilliseconds());
                Set(command, "expires", message.Expires.ToUnixTimeMilliseconds());
                Set(command, "sender", message.Sender.ToString());
                Set(command, "type", message.ContentType);
                Set(command, "headers", string.Join('\n', message.Headers));
                Set(command, "body", message.Body.ToArray());
                Set(command, "most", (long)most);
                return await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false) > 0;
            },
            cancel);
    }

    public ValueTask<IReadOnlyList<StoredMessage>> ListAsync(AddressOfRecord recipient, CancellationToken cancel = default) => RunAsync<IReadOnlyList<StoredMessage>>(
        $"SELECT id, received, expires, sender, type, headers, body FROM {table} WHERE recipient = @recipient ORDER BY received, id",
        async command =>
        {
            Set(command, "recipient", recipient.Text);
            var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
            await using var _ = reader.ConfigureAwait(false);
            List<StoredMessage> messages = [];
            while (await reader.ReadAsync(cancel).ConfigureAwait(false))
                messages.Add(Read(reader, recipient));
            return messages;
        },
        cancel);

    public ValueTask<int> CountAsync(AddressOfRecord recipient, CancellationToken cancel = default) => RunAsync(
        $"SELECT count(*) FROM {table} WHERE recipient = @recipient",
        async command =>
        {
            Set(command, "recipient", recipient.Text);
            return Convert.ToInt32(await command.ExecuteScalarAsync(cancel).ConfigureAwait(false), CultureInfo.InvariantCulture);
        },
        cancel);

    public ValueTask<IReadOnlyList<AddressOfRecord>> RecipientsAsync(CancellationToken cancel = default) => RunAsync<IReadOnlyList<AddressOfRecord>>(
        $"SELECT DISTINCT recipient FROM {table}",
        async command =>
        {
            var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
            await using var _ = reader.ConfigureAwait(false);
            List<AddressOfRecord> recipients = [];
            while (await reader.ReadAsync(cancel).ConfigureAwait(false))
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
            $"DELETE FROM {table} WHERE id = @id",
            async command =>
            {
                Set(command, "id", message.Id.ToString());
                return await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
            },
            cancel).ConfigureAwait(false);
    }

    public ValueTask<int> ExpireAsync(DateTimeOffset now, CancellationToken cancel = default) => RunAsync(
        $"DELETE FROM {table} WHERE expires <= @now",
        async command =>
        {
            Set(command, "now", now.ToUnixTimeMilliseconds());
            return await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
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

    private async ValueTask<T> RunAsync<T>(string sql, Func<DbCommand, Task<T>> work, CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isClosed != 0, this);
        await _one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            // The server may have been restarted since the last time.
            if (connection.State != ConnectionState.Open)
            {
                await connection.CloseAsync().ConfigureAwait(false);
                await connection.OpenAsync(cancel).ConfigureAwait(false);
            }

            // SQLite's calls never wait by themselves: off the lane with them.
            return await Task.Run(
                async () =>
                {
                    var command = connection.CreateCommand();
                    await using var _ = command.ConfigureAwait(false);
                    command.CommandText = sql;
                    return await work(command).ConfigureAwait(false);
                },
                cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DbException or System.Net.Sockets.SocketException or TimeoutException or InvalidOperationException)
        {
            throw new IOException($"The messages cannot be read or written: {e.Message}", e);
        }
        finally
        {
            _one.Release();
        }
    }

    private static void Set(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }

    private static StoredMessage Read(DbDataReader reader, AddressOfRecord recipient) => new()
    {
        Id = Guid.Parse(reader.GetString(0)),
        Recipient = recipient,
        Received = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1)),
        Expires = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(2)),
        Sender = SipAddress.Parse(reader.GetString(3)),
        ContentType = reader.GetString(4),
        Headers = [.. reader.GetString(5).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Header)],
        Body = (byte[])reader[6],
    };

    // As SipHeader writes it; a value has no line end in it.
    private static SipHeader Header(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return new(line[..colon], line[(colon + 2)..]);
    }
}
