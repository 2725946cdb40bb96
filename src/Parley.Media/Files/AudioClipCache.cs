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
    private readonly Dictionary<(string Path, Stamp Stamp), Task<AudioClip>> _loading = [];
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
    /// <exception cref="AudioFormatException">It is no audio that can be played here, or too large.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async ValueTask<AudioClip> GetAsync(string path, CancellationToken cancellationToken = default)
    {
        var file = new FileInfo(path);
        if (!file.Exists) throw new FileNotFoundException($"There is no file '{path}'.", path);
        var stamp = new Stamp(file.LastWriteTimeUtc, file.Length);
        Task<AudioClip> loading;
        lock (_gate)
        {
            if (_entries.TryGetValue(file.FullName, out var known) && known.Stamp == stamp)
            {
                known.LastUse = ++_uses;
                return known.Clip;
            }
            // All who ask at once wait for one loading, which costs seconds of a processor for a long MP3. It is nobody's: who gives up leaves it to the others.
            if (!_loading.TryGetValue((file.FullName, stamp), out loading!))
                _loading[(file.FullName, stamp)] = loading = Task.Run(() => LoadAsync(file.FullName, stamp), CancellationToken.None);
        }
        return await loading.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<AudioClip> LoadAsync(string path, Stamp stamp)
    {
        AudioClip? clip = null;
        try
        {
            return clip = await AudioFile.LoadAsync(path, _limits, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                _loading.Remove((path, stamp));
                if (clip is not null)
                {
                    _entries[path] = new(clip, stamp) { LastUse = ++_uses };
                    Trim();
                }
            }
        }
    }

    private void Trim()
    {
        while (_entries.Count > 1 && _entries.Values.Sum(entry => (long)entry.Clip.Samples.Length * 2) > _maxBytes)
            _entries.Remove(_entries.MinBy(entry => entry.Value.LastUse).Key);
    }

    private readonly record struct Stamp(DateTime Written, long Length);

    private sealed class Entry(AudioClip clip, Stamp stamp)
    {
        public AudioClip Clip => clip;

        public Stamp Stamp => stamp;

        public long LastUse { get; set; }
    }
}
