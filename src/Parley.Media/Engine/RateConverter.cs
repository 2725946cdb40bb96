namespace Parley.Media.Engine;

/// <summary>Brings mono PCM from one sample rate to another into a buffer of its own. One stream's state.</summary>
internal sealed class RateConverter
{
    private short[] _output = [];

    public RateConverter(int from, int to)
    {
        From = from;
        To = to;
    }

    public int From { get; }

    public int To { get; }

    public int MaxOutput(int samples) => (int)((long)samples * To / From) + 2;

    /// <summary>Converts all of <paramref name="pcm"/>; the result is valid until the next call.</summary>
    public ReadOnlySpan<short> Convert(ReadOnlySpan<short> pcm)
    {
        var most = MaxOutput(pcm.Length);
        if (_output.Length < most)
            _output = new short[most];
        var count = (int)((long)pcm.Length * To / From);
        for (var i = 0; i < count; i++)
            _output[i] = pcm[(int)((long)i * From / To)];
        return _output.AsSpan(0, count);
    }
}
