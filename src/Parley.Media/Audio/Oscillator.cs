namespace Parley.Media.Audio;

/// <summary>A sine made by turning a vector a fixed angle per sample: four multiplications, no table and no call.</summary>
internal struct Oscillator
{
    private readonly double _cosine;
    private readonly double _sine;
    private readonly double _amplitude;
    private double _x;
    private double _y;

    public Oscillator(double hertz, int sampleRate, double amplitude)
    {
        (_sine, _cosine) = Math.SinCos(2 * Math.PI * hertz / sampleRate);
        _amplitude = amplitude;
        (_x, _y) = (1, 0);
    }

    /// <summary>The next sample; the first is zero.</summary>
    public double Next()
    {
        var value = _y * _amplitude;
        (_x, _y) = ((_x * _cosine) - (_y * _sine), (_x * _sine) + (_y * _cosine));
        return value;
    }

    /// <summary>Undoes what rounding did to the vector's length; once a frame is plenty.</summary>
    public void Normalize()
    {
        var scale = 1 / Math.Sqrt((_x * _x) + (_y * _y));
        _x *= scale;
        _y *= scale;
    }
}
