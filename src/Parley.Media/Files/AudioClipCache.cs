using Parley.Media.Audio;

namespace Parley.Media.Files;

/// <summary>
/// Keeps loaded prompts, so that a file played to many callers is read and converted once. A file that has changed on disk is
/// loaded anew; beyond the size limit those not asked for longest are let go (calls that play them are not disturbed).
/// </summary>
public sealed class AudioClipCache
{
    /// <summary>Default limit, 256 MiB: over four hours at 8 kHz.</summary>
    public const long DefaultMaxBytes = 256L << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly AudioFileLimits _limits;
    private readonly long _maxBytes;
    private long _uses;

    /// <summary>Makes an empty cache.</summary>
    /// <param name="limits">How large a file may be; <see cref="AudioFileLimits.Default"/> when null.</param>
    /// <param name="maxBytes">Bytes of samples, at the files' own rates, that are kept.</param>
    public AudioClipCache(AudioFileLimits? limits = null, long maxBytes = DefaultMaxBytes)
    {
        _limits = limits ?? AudioFileLimits.Default;
        _maxBytes = maxBytes;
    }

    /// <summary>Number of files kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _entries.Count;
        }
    }

    /// <summary>The clip of a file, loaded if it is not there or has changed.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="cancellationToken">Stops loading.</param>
    /// <exception cref="WavFormatException">It is no WAV that can be played, or too large.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async ValueTask<AudioClip> GetAsync(string path, CancellationToken cancellationToken = default)
    {
        var file = new FileInfo(path);
        if (!file.Exists) throw new FileNotFoundException($"There is no file '{path}'.", path);
        var stamp = (file.LastWriteTimeUtc, file.Length);
        lock (_gate)
        {
            if (_entries.TryGetValue(file.FullName, out var known) && known.Stamp == stamp)
            {
                known.LastUse = ++_uses;
                return known.Clip;
            }
        }
        // Two that ask at once may both load; the later one stays. That is cheaper than to let one wait for the other's cancellation.
        var clip = await WavFile.LoadAsync(path, _limits, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            _entries[file.FullName] = new(clip, stamp) { LastUse = ++_uses };
            Trim();
        }
        return clip;
    }

    private void Trim()
    {
        while (_entries.Count > 1 && _entries.Values.Sum(entry => (long)entry.Clip.Samples.Length * 2) > _maxBytes)
            _entries.Remove(_entries.MinBy(entry => entry.Value.LastUse).Key);
    }

    private sealed class Entry(AudioClip clip, (DateTime Written, long Length) stamp)
    {
        public AudioClip Clip => clip;

        public (DateTime Written, long Length) Stamp => stamp;

        public long LastUse { get; set; }
    }
}
