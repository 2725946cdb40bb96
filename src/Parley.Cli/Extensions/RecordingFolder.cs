using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Parley.Cli.Extensions;

/// <summary>Where recordings go. Anybody who can call can record, so both the length of one and the size of all have a limit.</summary>
internal sealed class RecordingFolder(string data)
{
    /// <summary>Ten minutes of stereo at 16,000 samples a second are 38 MB.</summary>
    public static readonly TimeSpan LongestRecording = TimeSpan.FromMinutes(10);

    // 27 of the longest recordings; a disk of any size in use today has that much to spare.
    private const long MaxBytes = 1L << 30;

    public string Path { get; } = System.IO.Path.Combine(data, "recordings");

    /// <summary>Finds a name for a new recording.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="why">Why there is none, when false is returned.</param>
    public bool TryReserve([NotNullWhen(true)] out string? file, out string why)
    {
        var folder = Directory.CreateDirectory(Path);
        var used = folder.EnumerateFiles("*.wav").Sum(one => one.Length);
        if (used >= MaxBytes)
        {
            file = null;
            why = $"{Path} holds {used >> 20} MiB of recordings, which is the limit; take some away";
            return false;
        }

        // The name says nothing about the caller, who could otherwise choose it.
        var stamp = DateTime.Now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        file = System.IO.Path.Combine(Path, $"{stamp}-{Guid.NewGuid().ToString("N")[..8]}.wav");
        why = "";
        return true;
    }
}
