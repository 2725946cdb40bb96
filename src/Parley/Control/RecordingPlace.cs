using System.Globalization;

namespace Parley.Control;

/// <summary>The folder recordings go to, and how many run.</summary>
internal sealed class RecordingPlaces(string? folder, int most, TimeProvider time)
{
    private int _running;

    /// <summary>A file to record to.</summary>
    /// <param name="name">What the command calls it; null or empty for a name made up here.</param>
    /// <param name="refusal">Why there is none, when null is returned.</param>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public RecordingPlace? TryTake(string? name, out CommandOutcome? refusal)
    {
        refusal = folder is null ? new(403, "No folder for recordings is configured") : null;
        if (folder is null)
            return null;
        if (string.IsNullOrEmpty(name))
            name = $"{time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}-{Guid.NewGuid().ToString("N")[..8]}.wav";
        if (name.StartsWith('.') || name.IndexOfAny(Path.GetInvalidFileNameChars()) >= 0 || name.Contains('\\', StringComparison.Ordinal))
        {
            refusal = new(403, $"'{name}' is no plain file name");
            return null;
        }

        if (!name.EndsWith(".wav", StringComparison.OrdinalIgnoreCase))
            name += ".wav";
        var file = Path.Combine(Directory.CreateDirectory(folder).FullName, name);
        if (File.Exists(file))
        {
            refusal = new(403, $"There is a recording '{name}' already");
            return null;
        }

        if (Interlocked.Increment(ref _running) <= most)
            return new(file, () => Interlocked.Decrement(ref _running));
        Interlocked.Decrement(ref _running);
        refusal = new(503, $"{most} recordings are running, which is the limit");
        return null;
    }
}

/// <summary>A file that is, or will be, recorded to.</summary>
/// <param name="file">Its path.</param>
/// <param name="close">Gives the place back.</param>
internal sealed class RecordingPlace(string file, Action close) : IDisposable
{
    private int _closed;

    public string File => file;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
            close();
    }
}
