using Parley.Media.Audio;

namespace Parley.Media.Recording;

/// <summary>Gives both directions of a recording, added up, to a mono sink.</summary>
public sealed class MonoMix : IStereoSink, IAsyncDisposable
{
    private readonly IAudioSink _sink;
    private short[] _mixed = [];

    /// <summary>Wraps a sink.</summary>
    /// <param name="sink">Disposed of with this if it can be.</param>
    public MonoMix(IAudioSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _sink = sink;
    }

    /// <inheritdoc/>
    public int SampleRate => _sink.SampleRate;

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<short> left, ReadOnlySpan<short> right)
    {
        if (_mixed.Length < left.Length)
            _mixed = new short[left.Length];
        for (var i = 0; i < left.Length; i++)
            _mixed[i] = (short)Math.Clamp(left[i] + right[i], short.MinValue, short.MaxValue);
        _sink.Write(_mixed.AsSpan(0, left.Length));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_sink is IAsyncDisposable asynchronous)
            await asynchronous.DisposeAsync().ConfigureAwait(false);
        else
            (_sink as IDisposable)?.Dispose();
    }
}
