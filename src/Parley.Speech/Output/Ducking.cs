namespace Parley.Speech.Output;

/// <summary>How far background goes down while a voice sounds: a gain that glides between 1 and a floor. The media lane's.</summary>
internal sealed class Ducking(float floor, TimeSpan attack, TimeSpan release, int sampleRate)
{
    // Change of gain per sample.
    private readonly float _attack = (1 - floor) / Math.Max(1, (float)(attack.TotalSeconds * sampleRate));
    private readonly float _release = (1 - floor) / Math.Max(1, (float)(release.TotalSeconds * sampleRate));
    private float _gain = 1;

    /// <summary>The gain at the beginning of the next samples, and what it changes by with each.</summary>
    public (float Gain, float Step) Next(bool isDown, int samples)
    {
        var target = isDown ? floor : 1;
        var begin = _gain;
        _gain = target < begin ? Math.Max(target, begin - (_attack * samples)) : Math.Min(target, begin + (_release * samples));
        return (begin, (_gain - begin) / samples);
    }
}
