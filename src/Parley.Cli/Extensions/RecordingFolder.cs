using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Parley.Cli.Extensions;

/// <summary>Where recordings go. Anybody who can call can record, so the length of one, how many run at once and the size of all have limits.</summary>
internal sealed class RecordingFolder(string data)
{
    /// <summary>Ten minutes of stereo at 16,000 samples a second are 38 MB.</summary>
    public static readonly TimeSpan LongestRecording = TimeSpan.FromMinutes(10);

    // A disk of any size in use today has that much to spare; recordings that run already may add another GiB to it.
    private const long MaxBytes = 1L << 30;

    // 27 of the longest recordings are a GiB.
    private const int MaxRunning = 27;

    private int _running;

    public string Path { get; } = System.IO.Path.Combine(data, "recordings");

    /// <summary>Finds a name for a new recording.</summary>
    /// <param name="reservation">Its path; disposed when the recording is over.</param>
    /// <param name="why">Why there is none, when false is returned.</param>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public bool TryReserve([NotNullWhen(true)] out Reservation? reservation, out string why)
    {
        reservation = null;
        var used = Directory.CreateDirectory(Path).EnumerateFiles("*.wav").Sum(one => one.Length);
        if (used >= MaxBytes)
        {
            why = $"{Path} holds {used >> 20} MiB of recordings, which is the limit; take some away";
            return false;
        }

        if (Interlocked.Increment(ref _running) > MaxRunning)
        {
            Interlocked.Decrement(ref _running);
            why = $"{MaxRunning} recordings are running, which is the limit";
            return false;
        }

        // The name says nothing about the caller, who could otherwise choose it.
        var stamp = DateTime.Now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        reservation = new(this, System.IO.Path.Combine(Path, $"{stamp}-{Guid.NewGuid().ToString("N")[..8]}.wav"));
        why = "";
        return true;
    }

    /// <summary>A place for one recording.</summary>
    internal sealed class Reservation(RecordingFolder folder, string file) : IDisposable
    {
        public string File => file;

        public void Dispose() => Interlocked.Decrement(ref folder._running);
    }
}
