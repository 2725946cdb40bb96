namespace Parley.Media.Engine;

/// <summary>Something with a frame to make at a steady pace.</summary>
internal interface IClocked
{
    /// <summary>Called once per period.</summary>
    /// <param name="due">When it was due, in lane milliseconds: the audio's own time, without the lane's lateness.</param>
    void Tick(long due);
}
