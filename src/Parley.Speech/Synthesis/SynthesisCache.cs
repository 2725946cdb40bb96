using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Parley.Speech.Synthesis;

/// <summary>Where synthesised audio is kept.</summary>
public sealed record SynthesisCacheOptions
{
    /// <summary>Folder for the files; made if it is missing, and nothing else should be in it.</summary>
    public required string Folder { get; init; }

    /// <summary>Bytes kept; those not asked for longest go first. Default 256 MiB: over two hours at 16 kHz.</summary>
    public long MaxBytes { get; init; } = 256L << 20;

    /// <summary>Bytes of one text's audio; longer ones are not kept. Default 8 MiB: four minutes at 16 kHz.</summary>
    public int MaxEntryBytes { get; init; } = 8 << 20;
}

/// <summary>
/// Synthesised audio on disk, so that what is said often is synthesised once. Files are named by a hash, so no text becomes a path. One for the process; safe for any
/// number of calls at once.
/// </summary>
public sealed class SynthesisCache
{
    private const string Extension = ".speech";
    private static ReadOnlySpan<byte> Magic => "PSC1"u8;

    private readonly SynthesisCacheOptions _options;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long Bytes, long LastUse)> _entries = new(StringComparer.Ordinal);
    private long _bytes;
    private long _uses;

    /// <summary>Opens a folder with what is in it.</summary>
    /// <param name="options">Which, and how much may be in it.</param>
    /// <exception cref="IOException">The folder cannot be made or read.</exception>
    public SynthesisCache(SynthesisCacheOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.MaxBytes < 0 || options.MaxEntryBytes < 1024) throw new ArgumentException($"{nameof(options.MaxBytes)} must be 0 or more and {nameof(options.MaxEntryBytes)} 1024 or more.", nameof(options));
        _options = options;
        foreach (var file in Directory.CreateDirectory(options.Folder).EnumerateFiles('*' + Extension).OrderBy(file => file.LastWriteTimeUtc))
        {
            _entries[Path.GetFileNameWithoutExtension(file.Name)] = (file.Length, ++_uses);
            _bytes += file.Length;
        }

        Trim();
    }

    /// <summary>Number of texts kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _entries.Count;
        }
    }

    /// <summary>Bytes kept.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate) return _bytes;
        }
    }

    /// <summary>The name under which something is kept: a hash of what it is made of.</summary>
    /// <param name="parts">Vendor, voice, text…</param>
    public static string Key(params ReadOnlySpan<string?> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part ?? "\u0001"));
            hash.AppendData([0]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    internal long? BytesOf(string key)
    {
        lock (_gate) return _entries.TryGetValue(key, out var entry) ? entry.Bytes : null;
    }

    internal async Task<SynthesisRecording?> TryGetAsync(string key, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var entry)) return null;
            _entries[key] = entry with { LastUse = ++_uses };
        }

        try
        {
            var bytes = await File.ReadAllBytesAsync(PathOf(key), cancel).ConfigureAwait(false);
            File.SetLastWriteTimeUtc(PathOf(key), DateTime.UtcNow); // the order of use outlives the process
            if (SynthesisRecording.TryParse(bytes, Magic, out var recording)) return recording;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Somebody cleared the folder: it is made anew.
        }

        Forget(key);
        return null;
    }

    internal async Task PutAsync(string key, SynthesisRecording recording, CancellationToken cancel)
    {
        var bytes = recording.ToBytes(Magic);
        if (bytes.Length > _options.MaxEntryBytes || bytes.Length > _options.MaxBytes) return;
        var partial = $"{PathOf(key)}.{Guid.NewGuid():N}"; // others never see half of it
        try
        {
            await File.WriteAllBytesAsync(partial, bytes, cancel).ConfigureAwait(false);
            File.Move(partial, PathOf(key), overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            TryDelete(partial); // a full disk costs the cache, not the call
            return;
        }

        lock (_gate)
        {
            if (_entries.Remove(key, out var old)) _bytes -= old.Bytes;
            _entries[key] = (bytes.Length, ++_uses);
            _bytes += bytes.Length;
        }

        Trim();
    }

    private void Trim()
    {
        while (true)
        {
            string oldest;
            lock (_gate)
            {
                if (_bytes <= _options.MaxBytes) return;
                oldest = _entries.MinBy(entry => entry.Value.LastUse).Key;
            }

            Forget(oldest);
        }
    }

    private void Forget(string key)
    {
        lock (_gate)
        {
            if (_entries.Remove(key, out var entry)) _bytes -= entry.Bytes;
        }

        TryDelete(PathOf(key));
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It stays on disk and is found again at the next start.
        }
    }

    private string PathOf(string key) => Path.Combine(_options.Folder, key + Extension);
}

/// <summary>All of a text's audio, with its marks.</summary>
internal sealed record SynthesisRecording(int SampleRate, short[] Pcm, IReadOnlyList<(int Position, TimeSpan At)> Marks)
{
    public byte[] ToBytes(ReadOnlySpan<byte> magic)
    {
        var bytes = new byte[12 + (Marks.Count * 12) + (Pcm.Length * 2)];
        magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), SampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Marks.Count);
        var at = 12;
        foreach (var (position, time) in Marks)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), position);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at + 4), time.Ticks);
            at += 12;
        }

        MemoryMarshal.AsBytes(Pcm.AsSpan()).CopyTo(bytes.AsSpan(at));
        return bytes;
    }

    public static bool TryParse(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> magic, out SynthesisRecording? recording)
    {
        recording = null;
        if (bytes.Length < 12 || !bytes.StartsWith(magic)) return false;
        var rate = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (rate is < 4000 or > 192_000 || count < 0 || count > (bytes.Length - 12) / 12) return false;
        var marks = new (int, TimeSpan)[count];
        for (var i = 0; i < count; i++)
            marks[i] = (BinaryPrimitives.ReadInt32LittleEndian(bytes[(12 + (i * 12))..]), TimeSpan.FromTicks(BinaryPrimitives.ReadInt64LittleEndian(bytes[(16 + (i * 12))..])));
        recording = new(rate, MemoryMarshal.Cast<byte, short>(bytes[(12 + (count * 12))..]).ToArray(), marks);
        return true;
    }
}
