using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Parley.Contracts.Voice;
using Parley.Media.Files;

namespace Parley.Server.Voice.Records;

/// <summary>
/// Writes records of calls that are over and has them sent. A record is on disk before it is sent, and what is to be sent is noted there, so that neither an end of the server nor a target
/// that is away loses one: the notes that are found at the start are sent first.
/// </summary>
internal sealed partial class CallRecordBook : IDisposable
{
    private const string Unsent = "unsent";

    private readonly CallRecordOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _ending = new();
    private readonly Channel<string> _notes;

    public CallRecordBook(CallRecordOptions options, TimeProvider time, ILogger log)
    {
        (_options, _time, _log) = (options, time, log);
        _notes = Channel.CreateBounded<string>(options.MaxWaiting);
        Directory.CreateDirectory(options.Folder);
        if (options.Target is { } target)
            _ = SendAllAsync(target, _ending.Token);
    }

    /// <summary>Writes one. A disk that fails costs the record, and is logged.</summary>
    public async Task WriteAsync(CallRecord record, DateTimeOffset started)
    {
        try
        {
            var name = await StoreAsync(record, started);
            if (_options.Target is null)
                return;
            var note = Path.Combine(Directory.CreateDirectory(Path.Combine(_options.Folder, Unsent)).FullName, Path.GetFileName(name));
            await File.WriteAllTextAsync(note, name);
            _notes.Writer.TryWrite(note); // where there is no room the note waits for the next start
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogLost(_log, record.CallId, e.Message);
        }
    }

    /// <summary>Records, the newest first.</summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="before">Only those behind the record of this file name; null for the newest.</param>
    /// <param name="day">Only those of this day, <c>YYYYMMDD</c>; null for all.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<List<(string File, CallRecord Record)>> ListAsync(int limit, string? before, string? day, CancellationToken cancel)
    {
        var found = new List<(string, CallRecord)>();
        foreach (var file in Files(before, day))
        {
            if (found.Count == limit)
                break;
            try
            {
                await using var stream = File.OpenRead(file);
                if (await JsonSerializer.DeserializeAsync(stream, VoiceJson.Default.CallRecord, cancel) is { } record)
                    found.Add((Path.GetFileName(file), record));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
            {
                // Removed meanwhile, or none of ours.
            }
        }

        return found;
    }

    public void Dispose()
    {
        _ending.Cancel();
        _options.Target?.Dispose();
        _ending.Dispose();
    }

    private IEnumerable<string> Files(string? before, string? day)
    {
        foreach (var folder in Directory.EnumerateDirectories(_options.Folder).Where(IsDay).OrderDescending(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(folder);
            if ((day is not null && name != day) || (before is not null && string.CompareOrdinal(name, before[..Math.Min(8, before.Length)]) > 0))
                continue;
            foreach (var file in Directory.EnumerateFiles(folder, "*.json").OrderDescending(StringComparer.Ordinal))
            {
                if (before is null || string.CompareOrdinal(Path.GetFileName(file), before) < 0)
                    yield return file;
            }
        }

        static bool IsDay(string folder) => Path.GetFileName(folder) is { Length: 8 } name && name.All(char.IsAsciiDigit);
    }

    // Whole or not at all; a second call of the same id and second has a name of its own.
    private async Task<string> StoreAsync(CallRecord record, DateTimeOffset started)
    {
        var day = started.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var stem = $"{day}/{started.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}_{record.CallId}";
        Directory.CreateDirectory(Path.Combine(_options.Folder, day));
        var partial = Path.Combine(_options.Folder, $"{day}/.{Guid.NewGuid():N}");
        await File.WriteAllBytesAsync(partial, JsonSerializer.SerializeToUtf8Bytes(record, VoiceJson.Default.CallRecord));
        for (var number = 1; ; number++)
        {
            var name = number == 1 ? stem + ".json" : $"{stem}_{number}.json";
            try
            {
                File.Move(partial, Path.Combine(_options.Folder, name));
                return name;
            }
            catch (IOException) when (number < 100 && File.Exists(Path.Combine(_options.Folder, name)))
            {
                // Taken.
            }
        }
    }

    private async Task SendAllAsync(ICallRecordTarget target, CancellationToken ending)
    {
        try
        {
            await Task.Yield();
            var folder = Path.Combine(_options.Folder, Unsent);
            if (Directory.Exists(folder))
            {
                foreach (var note in Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal))
                    await SendAsync(target, note, ending);
            }

            await foreach (var note in _notes.Reader.ReadAllAsync(ending))
                await SendAsync(target, note, ending);
        }
        catch (OperationCanceledException)
        {
            // The server ends; what is left waits on disk.
        }
    }

    private async Task SendAsync(ICallRecordTarget target, string note, CancellationToken ending)
    {
        for (var attempt = 1; File.Exists(note); attempt++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ending);
            limit.CancelAfter(_options.Timeout);
            try
            {
                var (parcel, file) = await PackAsync(note, limit.Token);
                if (parcel is not null)
                    await target.SendAsync(parcel, limit.Token);
                Tidy(note, file, parcel);
                return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException or JsonException || (e is OperationCanceledException && !ending.IsCancellationRequested))
            {
                if (attempt < _options.Attempts)
                {
                    await Task.Delay(_options.Pause * Math.Pow(2, attempt - 1), _time, ending);
                    continue;
                }

                LogUnsent(_log, Path.GetFileName(note), e.Message);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException) // boundary: targets are the application's
            {
                LogUnsent(_log, Path.GetFileName(note), e.Message);
                return;
            }
        }
    }

    private async Task<(CallRecordParcel? Parcel, string File)> PackAsync(string note, CancellationToken cancel)
    {
        var name = await File.ReadAllTextAsync(note, cancel);
        var file = FolderPath.Below(_options.Folder, name);
        if (file is null || !File.Exists(file))
            return (null, "");
        var json = await File.ReadAllBytesAsync(file, cancel);
        var parts = new List<CallRecordPart>();
        if (_options.WithMedia && JsonSerializer.Deserialize(json, VoiceJson.Default.CallRecord) is { } record)
        {
            parts.AddRange(record.Recorder.Select(recording => new CallRecordPart($"media_{recording.TrackId}", recording.Path)));
            if (record.DumpEventFile is { } dump)
                parts.Add(new($"dump_events_{Path.GetFileName(dump)}", dump));
            parts.RemoveAll(part => !File.Exists(part.Path));
        }

        return (new() { Name = name, Json = json, Parts = parts }, file);
    }

    private void Tidy(string note, string file, CallRecordParcel? parcel)
    {
        File.Delete(note);
        if (parcel is null)
            return;
        if (!_options.KeepRecord)
            File.Delete(file);
        foreach (var part in parcel.Parts.Where(_ => !_options.KeepMedia))
            File.Delete(part.Path);
    }

    [LoggerMessage(10, LogLevel.Error, "The record of the call {Id} cannot be written: {Why}")]
    private static partial void LogLost(ILogger log, string id, string why);

    [LoggerMessage(11, LogLevel.Warning, "The call record {File} could not be sent and waits for the next start: {Why}")]
    private static partial void LogUnsent(ILogger log, string file, string why);
}
