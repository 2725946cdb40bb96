using Parley.Media.Audio;
using Parley.Media.Playback;

namespace Parley.Server.Tests.Voice.Sound;

/// <summary>Everything a phone hears of its call, measured by 20 ms.</summary>
internal sealed class Ear : IAsyncDisposable
{
    private const int Rate = 8000, FrameSamples = 160;
    private readonly AudioReader _reader;
    private readonly List<short> _heard = [];
    private readonly Task _listening;

    public Ear(Call call)
    {
        _reader = call.OpenReader(new() { SampleRate = Rate });
        _listening = Task.Run(ListenAsync);
    }

    /// <summary>Frames heard so far.</summary>
    public int Frames
    {
        get
        {
            lock (_heard)
                return _heard.Count / FrameSamples;
        }
    }

    /// <summary>Waits until some frames in a row, from one on, are this tone above all, but for a fifth of them.</summary>
    public async Task HearsAsync(double hertz, int from = 0, int frames = 5)
    {
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (!InARow(hertz, from, frames))
        {
            Assert.True(DateTime.UtcNow < deadline, $"{hertz} Hz was not heard within 30 s");
            await Task.Delay(20);
        }
    }

    /// <summary>How many frames of it, from one on, are this tone above all.</summary>
    public int Count(double hertz, int from = 0) => Enumerable.Range(from, Math.Max(0, Frames - from)).Count(at => Is(hertz, at));

    /// <summary>Root of the mean square contribution of a tone to each frame, from one on.</summary>
    public double[] Levels(double hertz, int from = 0) => [.. Enumerable.Range(from, Math.Max(0, Frames - from)).Select(at => Math.Sqrt(Goertzel.Power(Frame(at), Rate, hertz)))];

    /// <summary>True when this tone is most of what these samples are.</summary>
    public static bool Prevails(ReadOnlySpan<short> pcm, int rate, double hertz)
    {
        var energy = 0.0;
        foreach (var sample in pcm)
            energy += (double)sample * sample;
        energy /= Math.Max(1, pcm.Length);
        return energy > 10_000 && Goertzel.Power(pcm, rate, hertz) > 0.7 * energy;
    }

    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        await _listening;
    }

    // Of a row, a fifth may be missing: a phone conceals what comes late, and what it conceals is no pure tone.
    private bool InARow(double hertz, int from, int frames)
    {
        var heard = Enumerable.Range(from, Math.Max(0, Frames - from)).Select(at => Is(hertz, at) ? 1 : 0).ToArray();
        for (var at = 0; at + frames <= heard.Length; at++)
        {
            if (heard.AsSpan(at, frames).Count(1) >= frames - frames / 5)
                return true;
        }

        return false;
    }

    private bool Is(double hertz, int at) => Prevails(Frame(at), Rate, hertz);

    private short[] Frame(int at)
    {
        lock (_heard)
            return [.. _heard.Skip(at * FrameSamples).Take(FrameSamples)];
    }

    private async Task ListenAsync()
    {
        var pcm = new short[FrameSamples];
        try
        {
            while (await _reader.ReadAsync(pcm) is > 0 and var read)
            {
                lock (_heard)
                    _heard.AddRange(pcm.AsSpan(0, read));
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException)
        {
            // Closed while it waited.
        }
    }
}
